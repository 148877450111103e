package dev.tidemark.job.expression;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.catalyst.expressions.UnsafeRow;
import org.apache.spark.unsafe.Platform;
import org.apache.spark.unsafe.array.ByteArrayMethods;
import org.apache.spark.unsafe.hash.Murmur3_x86_32;
import scala.Tuple2;

/**
 * State keys with a value each. Everything about one lies in one place of a large array, so that to
 * find one among many touches memory twice instead of once per object, and a million of them are
 * hundreds of objects instead of millions; Spark's own aggregation does the same. Entries are
 * numbered from 0 in the order in which they came; none is ever taken out. One thread may write, or
 * many may read.
 */
public final class Entries {
  private static final int FIRST_PAGE = 1 << 12;
  private static final int LAST_PAGE = 1 << 20;

  /** Before the key's group: its window, its length, the length of the value. */
  private static final int HEAD = 16;

  private static final int SEED = 42;

  private final List<byte[]> pages = new ArrayList<>();
  private int used;

  /** Open addressing: hash in the upper half, number of the entry plus one in the lower. */
  private long[] table = new long[1 << 6];

  /** By number: page in the upper half, place in it in the lower. */
  private long[] places = new long[1 << 5];

  private int count;

  /** How many there are. */
  public int size() {
    return count;
  }

  /** The number of a key, -1 when there is none. */
  public int find(StateKey key) {
    byte[] group = key.group();
    return find(group, Platform.BYTE_ARRAY_OFFSET, group.length, key.window());
  }

  int find(UnsafeRow group, long window) {
    return find(group.getBaseObject(), group.getBaseOffset(), group.getSizeInBytes(), window);
  }

  /** The number here of the key that has a number there, -1 when there is none. */
  public int find(Entries there, int number) {
    byte[] page = there.page(number);
    long at = there.at(number);
    return find(page, at + HEAD, Platform.getInt(page, at + 8), Platform.getLong(page, at));
  }

  private int find(Object base, long offset, int length, long window) {
    int hash = hash(base, offset, length, window);
    int slot = slot(hash);
    while (table[slot] != 0) {
      int number = (int) table[slot] - 1;
      if ((int) (table[slot] >> 32) == hash && is(number, base, offset, length, window)) {
        return number;
      }
      slot = slot + 1 & table.length - 1;
    }
    return -1;
  }

  /** Sets the value of a key. */
  public void put(StateKey key, byte[] value) {
    int number = find(key);
    if (number < 0) {
      add(key, value);
    } else {
      set(number, value);
    }
  }

  /** Sets the value of an entry. */
  public void set(int number, byte[] value) {
    byte[] page = page(number);
    long at = at(number);
    int length = Platform.getInt(page, at + 8);
    if (Platform.getInt(page, at + 12) != value.length) {
      // Laid down once more; the place of the former is lost until all are copied.
      place(number, page, at + HEAD, length, Platform.getLong(page, at), value.length);
      page = page(number);
      at = at(number);
    }
    System.arraycopy(value, 0, page, (int) places[number] + HEAD + length, value.length);
  }

  /** Adds a key that is not there yet. */
  public void add(StateKey key, byte[] value) {
    byte[] group = key.group();
    add(group, Platform.BYTE_ARRAY_OFFSET, group.length, key.window(), value);
  }

  void add(UnsafeRow group, long window, byte[] value) {
    add(group.getBaseObject(), group.getBaseOffset(), group.getSizeInBytes(), window, value);
  }

  private void add(Object base, long offset, int length, long window, byte[] value) {
    int number = enter(hash(base, offset, length, window));
    place(number, base, offset, length, window, value.length);
    System.arraycopy(value, 0, page(number), (int) places[number] + HEAD + length, value.length);
  }

  /** Takes those over whose keys are not here yet; the others stay as they are. */
  public void addMissing(Entries from) {
    for (int number = 0; number < from.count; number++) {
      if (find(from, number) < 0) {
        byte[] page = from.page(number);
        long at = from.at(number);
        int length = Platform.getInt(page, at + 8);
        int size = from.length(number);
        int here = enter(hash(page, at + HEAD, length, Platform.getLong(page, at)));
        room(here, size);
        System.arraycopy(page, (int) from.places[number], page(here), (int) places[here], size);
      }
    }
  }

  private int enter(int hash) {
    if (2 * (count + 1) > table.length) {
      grow();
    }
    int slot = slot(hash);
    while (table[slot] != 0) {
      slot = slot + 1 & table.length - 1;
    }
    table[slot] = (long) hash << 32 | count + 1;
    if (count == places.length) {
      places = Arrays.copyOf(places, 2 * count);
    }
    return count++;
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

  private int slot(int hash) {
    return (hash ^ hash >>> 16) & table.length - 1;
  }

  private static int hash(Object base, long offset, int length, long window) {
    return 31 * Murmur3_x86_32.hashUnsafeBytes(base, offset, length, SEED) + Long.hashCode(window);
  }

  private boolean is(int number, Object base, long offset, int length, long window) {
    byte[] page = page(number);
    long at = at(number);
    return Platform.getLong(page, at) == window
        && Platform.getInt(page, at + 8) == length
        && ByteArrayMethods.arrayEquals(page, at + HEAD, base, offset, length);
  }

  private void place(int number, Object base, long offset, int length, long window, int value) {
    room(number, HEAD + length + value);
    byte[] page = page(number);
    long at = at(number);
    Platform.putLong(page, at, window);
    Platform.putInt(page, at + 8, length);
    Platform.putInt(page, at + 12, value);
    Platform.copyMemory(base, offset, page, at + HEAD, length);
  }

  private void room(int number, int size) {
    byte[] last = pages.isEmpty() ? null : pages.get(pages.size() - 1);
    if (last == null || size > last.length - used) {
      int page = last == null ? FIRST_PAGE : Math.min(LAST_PAGE, 2 * last.length);
      pages.add(new byte[Math.max(page, size)]);
      used = 0;
    }
    places[number] = (long) (pages.size() - 1) << 32 | used;
    used += size;
  }

  /** The key of an entry. */
  public StateKey key(int number) {
    byte[] page = page(number);
    long at = at(number);
    int from = (int) places[number] + HEAD;
    byte[] group = Arrays.copyOfRange(page, from, from + Platform.getInt(page, at + 8));
    return StateKey.of(group, Platform.getLong(page, at));
  }

  /** The value of an entry. */
  public byte[] value(int number) {
    int from = (int) places[number];
    byte[] page = page(number);
    return Arrays.copyOfRange(
        page, from + HEAD + Platform.getInt(page, at(number) + 8), from + length(number));
  }

  /** Points a row at the value of an entry, to be changed where it lies. */
  void point(UnsafeRow row, int number) {
    byte[] page = page(number);
    long at = at(number);
    row.pointTo(page, at + HEAD + Platform.getInt(page, at + 8), Platform.getInt(page, at + 12));
  }

  /** All keys and values as they are now. */
  public Iterator<Tuple2<StateKey, byte[]>> iterator() {
    return IntStream.range(0, count)
        .mapToObj(number -> new Tuple2<>(key(number), value(number)))
        .iterator();
  }

  private int length(int number) {
    byte[] page = page(number);
    long at = at(number);
    return HEAD + Platform.getInt(page, at + 8) + Platform.getInt(page, at + 12);
  }

  private byte[] page(int number) {
    return pages.get((int) (places[number] >> 32));
  }

  private long at(int number) {
    return (long) Platform.BYTE_ARRAY_OFFSET + (int) places[number];
  }

  /** Writes all of it: how many, then each as its length and its bytes. */
  public void write(DataOutput out) throws IOException {
    out.writeInt(count);
    for (int number = 0; number < count; number++) {
      out.writeInt(length(number));
      out.write(page(number), (int) places[number], length(number));
    }
  }

  /** Reads what {@link #write} wrote. */
  public static Entries read(DataInput in) throws IOException {
    Entries entries = new Entries();
    int count = in.readInt();
    byte[] entry = new byte[256];
    for (int number = 0; number < count; number++) {
      int size = in.readInt();
      if (size > entry.length) {
        entry = new byte[2 * size];
      }
      in.readFully(entry, 0, size);
      long at = Platform.BYTE_ARRAY_OFFSET;
      int length = Platform.getInt(entry, at + 8);
      int here = entries.enter(hash(entry, at + HEAD, length, Platform.getLong(entry, at)));
      entries.room(here, size);
      System.arraycopy(entry, 0, entries.page(here), (int) entries.places[here], size);
    }
    return entries;
  }
}
