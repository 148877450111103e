package dev.tidemark.e2e.serial;

import dev.tidemark.e2e.Event;
import java.util.List;
import java.util.function.Function;

/**
 * A job's definition, as SQL for the product and as plain Java for the judge.
 *
 * @param select makes {@code v} and, with windows, {@code t}
 * @param groupBy each {@code ... AS g<n>}
 * @param windows null without
 * @param rows what the judge makes of a record
 */
public record Program(
    String filter,
    List<String> select,
    List<String> groupBy,
    List<Measure> measures,
    boolean perBatch,
    Windows windows,
    Function<Event, List<Row>> rows) {

  /** The computed columns: {@code ... AS m<n>}. */
  public List<String> compute() {
    return measures.stream()
        .map(measure -> measure.sql() + " AS m" + measures.indexOf(measure))
        .toList();
  }

  /**
   * Reads the result table: the groups, the window's start in milliseconds and whether it is final,
   * the measures. Results of single batches are added up, so that it does not matter how the topic
   * was cut into batches.
   */
  String query(String table) {
    StringBuilder columns = new StringBuilder();
    for (int i = 0; i < groupBy.size(); i++) {
      columns.append("g").append(i).append("::text, ");
    }
    if (windows != null) {
      columns.append("(extract(epoch FROM window_start) * 1000)::bigint::text, is_final::text, ");
    }
    for (int i = 0; i < measures.size(); i++) {
      columns.append(perBatch ? "sum(m" + i + ")::text" : "m" + i + "::text").append(", ");
    }
    String list = columns.substring(0, columns.length() - 2);
    StringBuilder sql = new StringBuilder("SELECT " + list + " FROM " + table);
    for (int i = 0; perBatch && i < groupBy.size(); i++) {
      sql.append(i == 0 ? " GROUP BY " : ", ").append("g").append(i);
    }
    return sql.toString();
  }
}
