package dev.tidemark.job.expression;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.apache.spark.sql.catalyst.FunctionIdentifier;
import org.apache.spark.sql.catalyst.analysis.FunctionRegistry$;
import org.apache.spark.sql.catalyst.analysis.UnresolvedFunction;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.ExpressionInfo;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.expressions.PlanExpression;
import org.apache.spark.sql.catalyst.expressions.RLike;
import org.apache.spark.sql.catalyst.expressions.StringSplit;
import org.apache.spark.sql.catalyst.expressions.Unevaluable;
import org.apache.spark.sql.catalyst.expressions.UnresolvedWindowExpression;
import org.apache.spark.sql.catalyst.expressions.UserDefinedExpression;
import org.apache.spark.sql.catalyst.expressions.WindowExpression;
import org.apache.spark.sql.catalyst.expressions.aggregate.AggregateFunction;
import scala.Option;
import scala.collection.JavaConverters;

/** What a filter or select may not use, each with the sentence that says why. */
final class Refusals {

  static final String SUB_QUERY =
      "sub-queries are not allowed: there is only the record, no table to query";

  private static final String CODE = "it can run code or read outside the record";
  private static final String CLOCK =
      "its result depends on when it runs, and a replay after a failure must give the same rows; use the column "
          + "timestamp";
  private static final String RANDOM =
      "its result changes from run to run, and a replay after a failure must give the same rows; use the columns topic, "
          + "partition and offset";
  private static final String PLACE = "there is no file, catalog or session behind a Kafka record";

  private static final String ONE_RECORD = "a filter or select sees one record at a time";

  private static final Map<String, String> FUNCTIONS =
      Map.ofEntries(
          Map.entry("reflect", CODE),
          Map.entry("java_method", CODE),
          Map.entry("try_reflect", CODE),
          Map.entry("current_date", CLOCK),
          Map.entry("curdate", CLOCK),
          Map.entry("current_timestamp", CLOCK),
          Map.entry("now", CLOCK),
          Map.entry("localtimestamp", CLOCK),
          Map.entry("current_time", CLOCK),
          Map.entry(
              "session_window", "a session spans many records, and a filter or select sees one"),
          Map.entry("rand", RANDOM),
          Map.entry("random", RANDOM),
          Map.entry("randn", RANDOM),
          Map.entry("uuid", RANDOM),
          Map.entry("shuffle", RANDOM),
          Map.entry("monotonically_increasing_id", RANDOM),
          Map.entry("spark_partition_id", RANDOM),
          Map.entry("input_file_name", PLACE),
          Map.entry("input_file_block_start", PLACE),
          Map.entry("input_file_block_length", PLACE),
          Map.entry("current_user", PLACE),
          Map.entry("user", PLACE),
          Map.entry("session_user", PLACE),
          Map.entry("current_catalog", PLACE),
          Map.entry("current_database", PLACE),
          Map.entry("current_schema", PLACE),
          Map.entry("current_timezone", PLACE));

  private Refusals() {}

  /**
   * What is wrong with an expression as it was parsed, if anything: sub-queries and functions by
   * name.
   */
  static Optional<String> ofParsed(Expression expression) {
    return find(expression, Refusals::parsed);
  }

  /** The same where aggregates are what is wanted. */
  static Optional<String> ofParsedAggregate(Expression expression) {
    return find(
        expression,
        part -> {
          boolean aggregate =
              part instanceof UnresolvedFunction function
                  && function.nameParts().size() == 1
                  && isAggregate(function.nameParts().head());
          return aggregate ? Optional.empty() : parsed(part);
        });
  }

  private static boolean isAggregate(String name) {
    Option<ExpressionInfo> known =
        FunctionRegistry$.MODULE$
            .builtin()
            .lookupFunction(new FunctionIdentifier(name.toLowerCase(Locale.ROOT)));
    return known.isDefined() && known.get().getGroup().equals("agg_funcs");
  }

  /** What is wrong with an expression whose functions and types are known, if anything. */
  static Optional<String> ofAnalyzed(Expression expression) {
    return find(expression, Refusals::analyzed);
  }

  private static Optional<String> find(
      Expression expression, java.util.function.Function<Expression, Optional<String>> rule) {
    Optional<String> found = rule.apply(expression);
    if (found.isPresent()) {
      return found;
    }
    for (Expression child : JavaConverters.asJavaIterable(expression.children())) {
      found = find(child, rule);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private static Optional<String> parsed(Expression expression) {
    if (expression instanceof PlanExpression) {
      return Optional.of(SUB_QUERY);
    }
    if (expression instanceof WindowExpression
        || expression instanceof UnresolvedWindowExpression) {
      return Optional.of("window functions are not allowed: " + ONE_RECORD);
    }
    if (expression instanceof UnresolvedFunction function) {
      return function(String.join(".", JavaConverters.seqAsJavaList(function.nameParts())));
    }
    return Optional.empty();
  }

  private static Optional<String> function(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    String why = FUNCTIONS.get(lower);
    if (why != null) {
      return Optional.of("the function " + lower + " is not allowed: " + why);
    }
    // Only built-in functions: this also keeps the analyzer from asking a catalog for anything.
    Option<ExpressionInfo> known =
        FunctionRegistry$.MODULE$.builtin().lookupFunction(new FunctionIdentifier(lower));
    if (lower.contains(".") || known.isEmpty()) {
      return Optional.of(
          "there is no function "
              + name
              + ": only the built-in functions of Spark SQL can be used, no user defined ones");
    }
    return switch (known.get().getGroup()) {
      case "agg_funcs" -> Optional.of("the aggregate " + lower + " is not allowed: " + ONE_RECORD);
      case "window_funcs" ->
          Optional.of("the window function " + lower + " is not allowed: " + ONE_RECORD);
      default -> Optional.empty();
    };
  }

  private static Optional<String> analyzed(Expression expression) {
    if (expression instanceof AggregateFunction) {
      return Optional.of(
          "the aggregate " + expression.prettyName() + " is not allowed: " + ONE_RECORD);
    }
    if (expression instanceof UserDefinedExpression) {
      return Optional.of("user defined functions are not allowed: " + CODE);
    }
    // A parsed name may be an alias of something refused, so the name's verdict is repeated on what
    // it became.
    String why = FUNCTIONS.get(expression.prettyName());
    if (why != null) {
      return Optional.of("the function " + expression.prettyName() + " is not allowed: " + why);
    }
    boolean ownFault =
        !expression.deterministic()
            && JavaConverters.seqAsJavaList(expression.children()).stream()
                .allMatch(Expression::deterministic);
    if (ownFault) {
      return Optional.of("the function " + expression.prettyName() + " is not allowed: " + RANDOM);
    }
    return Optional.empty();
  }

  /** What is left after rewriting that nothing can evaluate, if anything. */
  static Optional<String> ofRewritten(Expression expression) {
    return find(expression, Refusals::rewritten);
  }

  private static Optional<String> rewritten(Expression expression) {
    if (expression instanceof Unevaluable && !(expression instanceof Attribute)) {
      return Optional.of(expression.prettyName() + " cannot be used here");
    }
    // Most functions compile their regular expression at the first record; a broken one is better
    // found now.
    boolean regular =
        expression instanceof StringSplit
            || expression instanceof RLike
            || expression.nodeName().startsWith("RegExp");
    if (regular
        && expression.children().apply(1) instanceof Literal literal
        && literal.value() != null) {
      try {
        Pattern.compile(literal.value().toString());
      } catch (PatternSyntaxException e) {
        return Optional.of(
            "'"
                + literal.value()
                + "' is no regular expression: "
                + e.getDescription().toLowerCase(Locale.ROOT));
      }
    }
    return Optional.empty();
  }
}
