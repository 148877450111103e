package dev.tidemark.e2e.serial;

import java.math.BigDecimal;

/** A computed column over the values {@code v} of a group. */
public enum Measure {
  /** Rows. */
  ROWS("count(*)"),
  /** Rows that have a value. */
  VALUES("count(v)"),
  /** Sum of the values; null when there is none. */
  SUM("sum(v)"),
  /** Lowest value; null when there is none. */
  LOWEST("min(v)"),
  /** Highest value; null when there is none. */
  HIGHEST("max(v)"),
  /** Mean of the values; null when there is none. */
  MEAN("avg(v)"),
  /** Rows with a value above 50. */
  HIGH("count(*) FILTER (WHERE v > 50)"),
  /** Different values. */
  DIFFERENT("count(DISTINCT v)");

  private final String sql;

  Measure(String sql) {
    this.sql = sql;
  }

  /** As a manifest has it. */
  public String sql() {
    return sql;
  }

  /** Whether that of one group is the text of a column; both null are equal. */
  boolean equal(Totals totals, String column) {
    Number value = of(totals);
    if (value == null || column == null) {
      return value == null && column == null;
    }
    return value instanceof Double mean
        ? mean == Double.parseDouble(column)
        : new BigDecimal(column).compareTo(BigDecimal.valueOf(value.longValue())) == 0;
  }

  /** Its value for a group. */
  Number of(Totals totals) {
    return switch (this) {
      case ROWS -> totals.rows;
      case VALUES -> totals.values;
      case SUM -> totals.values == 0 ? null : totals.sum;
      case LOWEST -> totals.values == 0 ? null : totals.lowest;
      case HIGHEST -> totals.values == 0 ? null : totals.highest;
      case MEAN -> totals.values == 0 ? null : (double) totals.sum / totals.values;
      case HIGH -> totals.high;
      case DIFFERENT -> (long) totals.different.size();
    };
  }
}
