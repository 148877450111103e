package dev.tidemark.e2e.serial;

import java.util.HashSet;
import java.util.Set;

/** Everything that is known of the rows of one group. */
final class Totals {
  long rows;
  long values;
  long sum;
  long lowest = Long.MAX_VALUE;
  long highest = Long.MIN_VALUE;
  long high;
  final Set<Long> different = new HashSet<>();

  void add(Long value) {
    rows++;
    if (value == null) {
      return;
    }
    values++;
    sum += value;
    lowest = Math.min(lowest, value);
    highest = Math.max(highest, value);
    high += value > 50 ? 1 : 0;
    different.add(value);
  }
}
