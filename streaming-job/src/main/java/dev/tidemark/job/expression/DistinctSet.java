package dev.tidemark.job.expression;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The different values of a {@code count(DISTINCT ...)}, each as the bytes of a row. Stored it is a
 * count and the values in the order of their bytes, each behind its length: equal sets have equal
 * bytes, and two are merged in one pass.
 */
public final class DistinctSet {
  private final SortedSet<byte[]> values = new TreeSet<>(Arrays::compareUnsigned);

  /** Takes a value in; the bytes are not copied. */
  void add(byte[] value) {
    values.add(value);
  }

  /** As state holds it. */
  byte[] bytes() {
    return write(values);
  }

  /** How many values stored bytes hold; called by the compiled result of a count. */
  public static long size(byte[] stored) {
    return ByteBuffer.wrap(stored).getInt();
  }

  /** The values in stored bytes, in order. */
  static List<byte[]> values(byte[] stored) {
    ByteBuffer in = ByteBuffer.wrap(stored);
    int count = in.getInt();
    List<byte[]> values = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      byte[] value = new byte[in.getInt()];
      in.get(value);
      values.add(value);
    }
    return values;
  }

  /** Both in one, stored. */
  static byte[] union(byte[] left, byte[] right) {
    List<byte[]> one = values(left);
    List<byte[]> other = values(right);
    List<byte[]> both = new ArrayList<>(one.size() + other.size());
    int i = 0;
    int j = 0;
    while (i < one.size() && j < other.size()) {
      int order = Arrays.compareUnsigned(one.get(i), other.get(j));
      both.add(order <= 0 ? one.get(i) : other.get(j));
      i += order <= 0 ? 1 : 0;
      j += order >= 0 ? 1 : 0;
    }
    both.addAll(one.subList(i, one.size()));
    both.addAll(other.subList(j, other.size()));
    return write(both);
  }

  private static byte[] write(Collection<byte[]> sorted) {
    int size = Integer.BYTES;
    for (byte[] value : sorted) {
      size += Integer.BYTES + value.length;
    }
    ByteBuffer out = ByteBuffer.allocate(size).putInt(sorted.size());
    sorted.forEach(value -> out.putInt(value.length).put(value));
    return out.array();
  }
}
