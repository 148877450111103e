package dev.tidemark.job.expression;

import java.io.Externalizable;
import java.io.IOException;
import java.io.ObjectInput;
import java.io.ObjectOutput;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The key of a piece of state: a group in a window, or the mark of a partition. Equal by content,
 * with a hash that is the same in every JVM, since it says in which part of the state a key lies.
 */
public final class StateKey implements Externalizable {
  private static final long serialVersionUID = 1L;

  /** The window of results that have none. */
  public static final long NO_WINDOW = Long.MIN_VALUE;

  private static final long MARK = Long.MAX_VALUE;

  private byte[] group;
  private long window;
  private int hash;

  /** For deserialisation only. */
  public StateKey() {}

  private StateKey(byte[] group, long window) {
    this.group = group;
    this.window = window;
    this.hash = 31 * Arrays.hashCode(group) + Long.hashCode(window);
  }

  /**
   * The key of a group.
   *
   * @param group bytes of the row of the group's values; not copied
   * @param window its start in microseconds, or {@link #NO_WINDOW}
   */
  public static StateKey of(byte[] group, long window) {
    return new StateKey(group, window);
  }

  /** The key of a partition's mark. */
  public static StateKey mark(String topic, int partition) {
    byte[] name = topic.getBytes(StandardCharsets.UTF_8);
    return new StateKey(
        ByteBuffer.allocate(name.length + 4).putInt(partition).put(name).array(), MARK);
  }

  /** Bytes of the row of the group's values. */
  public byte[] group() {
    return group;
  }

  /** Start of the window in microseconds, {@link #NO_WINDOW} without windows. */
  public long window() {
    return window;
  }

  /** True for the mark of a partition. */
  public boolean isMark() {
    return window == MARK;
  }

  /** Of a mark, its topic. */
  public String topic() {
    return new String(group, 4, group.length - 4, StandardCharsets.UTF_8);
  }

  /** Of a mark, its partition. */
  public int partition() {
    return ByteBuffer.wrap(group).getInt();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof StateKey key
        && key.hash == hash
        && key.window == window
        && Arrays.equals(key.group, group);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public void writeExternal(ObjectOutput out) throws IOException {
    out.writeInt(group.length);
    out.write(group);
    out.writeLong(window);
  }

  @Override
  public void readExternal(ObjectInput in) throws IOException {
    group = new byte[in.readInt()];
    in.readFully(group);
    window = in.readLong();
    hash = 31 * Arrays.hashCode(group) + Long.hashCode(window);
  }
}
