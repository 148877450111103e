package dev.tidemark.job.expression;

import java.util.Locale;
import java.util.Set;
import org.apache.spark.sql.catalyst.analysis.Star;
import org.apache.spark.sql.catalyst.analysis.UnresolvedAlias;
import org.apache.spark.sql.catalyst.analysis.UnresolvedFunction;
import org.apache.spark.sql.catalyst.expressions.Alias;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import scala.Option;

/** One expression as its text says it, not yet resolved; what is refused for its text alone. */
final class Item {
  private static final RecordSqlParser PARSER = new RecordSqlParser();

  private static final Set<String> OPERATORS =
      Set.of(
          "as", "like", "ilike", "rlike", "regexp", "and", "or", "not", "in", "is", "between",
          "div");

  private Item() {}

  /** One of an aggregate. */
  static NamedExpression of(String field, String text, boolean aggregates) {
    try {
      Expression parsed = parse(field, text, aggregates);
      return named(field, text, parsed);
    } catch (Exception | StackOverflowError e) {
      throw Complaint.of(field, text, e);
    }
  }

  /** Of a filter or select. */
  static Expression parse(String field, String text) {
    return parse(field, text, false);
  }

  private static Expression parse(String field, String text, boolean aggregates) {
    if (text.isBlank()) {
      throw Complaint.refused(field, text, "the expression is empty");
    }
    Expression parsed = PARSER.parseExpression(text);
    (aggregates ? Refusals.ofParsedAggregate(parsed) : Refusals.ofParsed(parsed))
        .ifPresent(
            why -> {
              throw Complaint.refused(field, text, why);
            });
    refuseStrayName(field, text, parsed);
    return parsed;
  }

  /**
   * Spark reads a last word as a name, so that {@code value LIKE} is a column called LIKE; a person
   * who wrote that has left something out.
   */
  private static void refuseStrayName(String field, String text, Expression parsed) {
    if (!(parsed instanceof Alias alias)) {
      return;
    }
    if (field.equals("filter")) {
      throw Complaint.refused(
          field,
          text,
          "the condition ends in a name ("
              + alias.name()
              + "): it is incomplete, or has an AS too many");
    }
    if (OPERATORS.contains(alias.name().toLowerCase(Locale.ROOT)) && !text.strip().endsWith("`")) {
      throw Complaint.refused(
          field, text, "the expression is incomplete: something is missing after " + alias.name());
    }
  }

  /**
   * Every column needs a name of the user's choice: Spark's invented ones would not be found in any
   * table.
   */
  static NamedExpression named(String field, String text, Expression parsed) {
    if (parsed instanceof NamedExpression named) {
      return named;
    }
    boolean namesItself =
        parsed instanceof Star
            || (parsed instanceof UnresolvedFunction function
                && function.nameParts().last().toLowerCase(Locale.ROOT).startsWith("inline"));
    if (!namesItself) {
      throw Complaint.refused(
          field, text, "the column has no name; write " + text.strip() + " AS name_of_the_column");
    }
    return new UnresolvedAlias(parsed, Option.empty());
  }
}
