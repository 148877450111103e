package dev.tidemark.e2e;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A job's filter and select in plain Java: what a record must have become.
 *
 * @param keeps the filter
 * @param rows the select: the rows one kept record becomes, each a list of column texts
 */
public record Rule(Predicate<Event> keeps, Function<Event, List<List<String>>> rows) {

  /** Records whose value contains the word, in upper case: the job of the article. */
  public static Rule important() {
    return new Rule(containing("important"), event -> one(upper(event)));
  }

  /** As {@link #important}, and each row says which record it came from. */
  public static Rule importantWithPlace() {
    return new Rule(containing("important"), event -> one(upper(event), at(event)));
  }

  /** As {@link #importantWithPlace}, in lower case. */
  public static Rule importantInLowerCaseWithPlace() {
    return new Rule(
        containing("important"), event -> one(event.value().toLowerCase(Locale.ROOT), at(event)));
  }

  /** Null-safe {@code value LIKE '%word%'}. */
  public static Predicate<Event> containing(String word) {
    return event -> event.value() != null && event.value().contains(word);
  }

  /** The value in upper case, as Spark's {@code upper} makes it. */
  public static String upper(Event event) {
    return event.value().toUpperCase(Locale.ROOT);
  }

  /** Texts of the columns {@code kafka_partition} and {@code kafka_offset}. */
  public static String[] at(Event event) {
    return new String[] {Integer.toString(event.partition()), Long.toString(event.offset())};
  }

  /** A single row; columns may be null. */
  public static List<List<String>> one(String first, String... others) {
    List<String> row = new ArrayList<>();
    row.add(first);
    row.addAll(Arrays.asList(others));
    return List.of(row);
  }

  List<List<String>> expect(Event event) {
    return keeps.test(event) ? rows.apply(event) : List.of();
  }
}
