package dev.tidemark.job.expression;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeRow;
import org.apache.spark.unsafe.Platform;
import org.apache.spark.unsafe.array.ByteArrayMethods;

/**
 * The groups of a range and their buffers, while it is being reduced. Everything about a group lies
 * in one place of a large array where the types of its buffers allow it, so that to find one among
 * many touches memory twice instead of once per object; Spark's own aggregation does the same.
 */
final class Groups {
  private static final int PAGE = 1 << 20;

  /** Before the row of the group's values: window, and length of that row. */
  private static final int HEAD = 16;

  private final Aggregator aggregator;
  private final byte[] initial;
  private final UnsafeRow laid;
  private final List<byte[]> pages = new ArrayList<>();
  private final List<InternalRow> apart = new ArrayList<>();
  private int used;

  /** Open addressing: hash in the upper half, number of the group plus one in the lower. */
  private long[] table = new long[1 << 10];

  /** By number: page in the upper half, place in it in the lower. */
  private long[] places = new long[1 << 9];

  private int count;

  Groups(Aggregator aggregator) {
    this.aggregator = aggregator;
    this.initial = aggregator.fixedBuffers();
    this.laid = new UnsafeRow(aggregator.width());
  }

  /** How many groups there are; they are numbered from 0. */
  int size() {
    return count;
  }

  /**
   * The buffers of a group, new ones for a new group.
   *
   * @param group values of the group; copied if need be
   * @param window start of the window
   * @return valid until the next call
   */
  InternalRow buffers(UnsafeRow group, long window) {
    int hash = 31 * group.hashCode() + Long.hashCode(window);
    int slot = slot(hash);
    while (table[slot] != 0) {
      int number = (int) table[slot] - 1;
      if ((int) (table[slot] >> 32) == hash && is(number, group, window)) {
        return buffers(number);
      }
      slot = slot + 1 & table.length - 1;
    }
    table[slot] = (long) hash << 32 | count + 1;
    add(group, window);
    if (2 * count > table.length) {
      grow();
    }
    return buffers(count - 1);
  }

  private int slot(int hash) {
    return (hash ^ hash >>> 16) & table.length - 1;
  }

  private void grow() {
    long[] before = table;
    table = new long[2 * before.length];
    for (long entry : before) {
      if (entry != 0) {
        int slot = slot((int) (entry >> 32));
        while (table[slot] != 0) {
          slot = slot + 1 & table.length - 1;
        }
        table[slot] = entry;
      }
    }
  }

  private boolean is(int number, UnsafeRow group, long window) {
    byte[] page = page(number);
    long at = at(number);
    int length = group.getSizeInBytes();
    return Platform.getLong(page, at) == window
        && Platform.getInt(page, at + 8) == length
        && ByteArrayMethods.arrayEquals(
            page, at + HEAD, group.getBaseObject(), group.getBaseOffset(), length);
  }

  private void add(UnsafeRow group, long window) {
    int length = group.getSizeInBytes();
    int size = HEAD + length + (initial == null ? 0 : initial.length);
    if (pages.isEmpty() || used + size > pages.get(pages.size() - 1).length) {
      pages.add(new byte[Math.max(PAGE, size)]);
      used = 0;
    }
    if (count == places.length) {
      places = Arrays.copyOf(places, 2 * count);
    }
    places[count++] = (long) (pages.size() - 1) << 32 | used;
    byte[] page = pages.get(pages.size() - 1);
    long at = (long) Platform.BYTE_ARRAY_OFFSET + used;
    Platform.putLong(page, at, window);
    Platform.putInt(page, at + 8, length);
    group.writeToMemory(page, at + HEAD);
    if (initial == null) {
      apart.add(aggregator.buffers());
    } else {
      System.arraycopy(initial, 0, page, used + HEAD + length, initial.length);
    }
    used += size;
  }

  private InternalRow buffers(int number) {
    if (initial == null) {
      return apart.get(number);
    }
    byte[] page = page(number);
    long at = at(number);
    laid.pointTo(page, at + HEAD + Platform.getInt(page, at + 8), initial.length);
    return laid;
  }

  /** As state has it. */
  StateKey key(int number) {
    byte[] page = page(number);
    long at = at(number);
    int from = (int) places[number] + HEAD;
    byte[] group = Arrays.copyOfRange(page, from, from + Platform.getInt(page, at + 8));
    return StateKey.of(group, Platform.getLong(page, at));
  }

  /** Buffers as state has them. */
  byte[] value(int number) {
    return initial == null
        ? aggregator.bytes(apart.get(number))
        : ((UnsafeRow) buffers(number)).copy().getBytes();
  }

  private byte[] page(int number) {
    return pages.get((int) (places[number] >> 32));
  }

  private long at(int number) {
    return (long) Platform.BYTE_ARRAY_OFFSET + (int) places[number];
  }
}
