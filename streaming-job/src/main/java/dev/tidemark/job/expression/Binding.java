package dev.tidemark.job.expression;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.codegen.GenerateUnsafeProjection$;
import scala.collection.Seq;
import scala.runtime.AbstractPartialFunction;

/** From expressions over names to expressions over the places of a row, ready to be evaluated. */
final class Binding {

  private Binding() {}

  /** Bound to the columns they are evaluated over, with what is faster in its place. */
  static Seq<Expression> of(List<? extends Expression> expressions, Seq<Attribute> input) {
    List<Expression> faster = new ArrayList<>();
    for (Expression expression : expressions) {
      faster.add(expression.transformUp(new Faster()));
    }
    return GenerateUnsafeProjection$.MODULE$.bind(Plan.seq(faster), input);
  }

  private static final class Faster extends AbstractPartialFunction<Expression, Expression> {
    private static final long serialVersionUID = 1L;

    @Override
    public boolean isDefinedAt(Expression expression) {
      return faster(expression) != expression;
    }

    @Override
    public Expression apply(Expression expression) {
      return faster(expression);
    }

    private static Expression faster(Expression expression) {
      return SplitAt.inPlaceOf(JsonPath.inPlaceOf(expression));
    }
  }
}
