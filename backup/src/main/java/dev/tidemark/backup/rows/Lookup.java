package dev.tidemark.backup.rows;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Finds entries of a long list by a key of theirs, for eight bytes of memory an entry. */
public final class Lookup<T> {
  private final List<T> entries;
  private final Function<T, String> key;

  /** The hash of each key and, in the lower half, where its entry is; in order. */
  private final long[] order;

  /** Of entries that have different keys; {@code entries} must not change any more. */
  public Lookup(List<T> entries, Function<T, String> key) {
    this.entries = entries;
    this.key = key;
    this.order = new long[entries.size()];
    int at = 0;
    for (T entry : entries) {
      order[at] = first(key.apply(entry)) | at;
      at++;
    }
    Arrays.sort(order);
  }

  private static long first(String key) {
    return (long) key.hashCode() << Integer.SIZE;
  }

  /** The entry with that key. */
  public Optional<T> find(String wanted) {
    long first = first(wanted);
    int at = Arrays.binarySearch(order, first);
    for (int i = at < 0 ? -at - 1 : at;
        i < order.length && order[i] >> Integer.SIZE == first >> Integer.SIZE;
        i++) {
      T entry = entries.get((int) order[i]);
      if (key.apply(entry).equals(wanted)) {
        return Optional.of(entry);
      }
    }
    return Optional.empty();
  }
}
