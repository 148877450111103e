package dev.tidemark.job.expression;

import java.util.Locale;
import java.util.Set;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.parser.AbstractSqlParser;
import org.apache.spark.sql.catalyst.parser.AstBuilder;
import org.apache.spark.sql.catalyst.parser.SqlBaseParser.TypeConstructorContext;

/** Spark's parser of expressions, less the literals that mean another moment at every start. */
final class RecordSqlParser extends AbstractSqlParser {

  private static final Set<String> MOMENTS = Set.of("now", "today", "yesterday", "tomorrow");

  private final AstBuilder builder = new MomentRefusingBuilder();

  @Override
  public AstBuilder astBuilder() {
    return builder;
  }

  /** An expression that parses but is refused; the message is a sentence for people. */
  static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Refused(String message) {
      super(message);
    }
  }

  private static final class MomentRefusingBuilder extends AstBuilder {
    @Override
    public Literal visitTypeConstructor(TypeConstructorContext context) {
      if (context.getStart().getText().equalsIgnoreCase("select")) {
        throw new Refused(Refusals.SUB_QUERY);
      }
      String text = context.stringLit().getText();
      String bare = text.substring(1, text.length() - 1).trim().toLowerCase(Locale.ROOT);
      String word = bare.split("\\s+", 2)[0];
      if (MOMENTS.contains(word)) {
        throw new Refused(
            "the literal "
                + context.getText()
                + " is not allowed: it means another moment at every start, and a replay after a failure must give the "
                + "same rows; use the column timestamp");
      }
      return super.visitTypeConstructor(context);
    }
  }
}
