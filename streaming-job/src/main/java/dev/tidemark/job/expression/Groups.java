package dev.tidemark.job.expression;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeRow;

/**
 * The groups of a range and their buffers, while it is being reduced; buffers lie with their group
 * where the types allow it.
 */
final class Groups {
  private static final byte[] NOTHING = {};

  private final Aggregator aggregator;
  private final byte[] initial;
  private final UnsafeRow laid;
  private final Entries entries = new Entries();
  private final List<InternalRow> apart = new ArrayList<>();

  Groups(Aggregator aggregator) {
    this.aggregator = aggregator;
    this.initial = aggregator.fixedBuffers();
    this.laid = new UnsafeRow(aggregator.width());
  }

  /** How many groups there are; they are numbered from 0. */
  int size() {
    return entries.size();
  }

  /**
   * The buffers of a group, new ones for a new group.
   *
   * @param group values of the group; copied if need be
   * @param window start of the window
   * @return valid until the next call
   */
  InternalRow buffers(UnsafeRow group, long window) {
    int number = entries.find(group, window);
    if (number < 0) {
      number = entries.size();
      entries.add(group, window, initial == null ? NOTHING : initial);
      if (initial == null) {
        apart.add(aggregator.buffers());
      }
    }
    if (initial == null) {
      return apart.get(number);
    }
    entries.point(laid, number);
    return laid;
  }

  /** As state has it. */
  StateKey key(int number) {
    return entries.key(number);
  }

  /** Buffers as state has them. */
  byte[] value(int number) {
    return initial == null ? aggregator.bytes(apart.get(number)) : entries.value(number);
  }
}
