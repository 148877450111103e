package dev.tidemark.job.expression;

import java.nio.ByteBuffer;

/**
 * How far the time of a partition has come.
 *
 * @param time highest event time of its rows so far, microseconds; {@link Long#MIN_VALUE} before
 *     any
 * @param late rows that came too late for a window, or had no time
 */
public record Mark(long time, long late) {

  /** As state holds it: 16 bytes. */
  public byte[] bytes() {
    return ByteBuffer.allocate(16).putLong(time).putLong(late).array();
  }

  /** From the bytes of {@link #bytes}. */
  public static Mark of(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return new Mark(buffer.getLong(), buffer.getLong());
  }

  /** What both have seen. */
  public Mark merged(Mark other) {
    return new Mark(Math.max(time, other.time), late + other.late);
  }
}
