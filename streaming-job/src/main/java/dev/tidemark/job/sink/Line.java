package dev.tidemark.job.sink;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;

/** A row as text in UTF-8, as it becomes a line of a log or a record of a topic. */
public final class Line implements Serializable {
  private static final long serialVersionUID = 1L;

  private final byte[] key;
  private final byte[] value;

  /**
   * Keeps both as they are.
   *
   * @param key of the record; null without one
   * @param value null for a tombstone, which says that there is nothing under the key any more
   */
  public Line(byte[] key, byte[] value) {
    this.key = key;
    this.value = value;
  }

  /** Null without one. */
  public byte[] key() {
    return key;
  }

  /** Null for a tombstone. */
  public byte[] value() {
    return value;
  }

  @Override
  public String toString() {
    return new String(value, StandardCharsets.UTF_8);
  }
}
