package dev.tidemark.job.expression;

import org.apache.spark.sql.catalyst.expressions.UnsafeRow;

/**
 * The group and window of a row while a range is being reduced. One is pointed at row after row to
 * look a group up; only a group that is new is copied.
 */
final class GroupProbe {
  private UnsafeRow group;
  private long window;
  private int hash;

  /** Looks at a row that may change later. */
  GroupProbe pointTo(UnsafeRow row, long start) {
    group = row;
    window = start;
    hash = 31 * row.hashCode() + Long.hashCode(start);
    return this;
  }

  /** The same, to be kept. */
  GroupProbe copy() {
    GroupProbe copy = new GroupProbe();
    copy.group = group.copy();
    copy.window = window;
    copy.hash = hash;
    return copy;
  }

  /** As state has it. */
  StateKey key() {
    return StateKey.of(group.getBytes(), window);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof GroupProbe probe
        && probe.hash == hash
        && probe.window == window
        && probe.group.equals(group);
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
