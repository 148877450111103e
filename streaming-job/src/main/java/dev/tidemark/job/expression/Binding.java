package dev.tidemark.job.expression;

import java.util.ArrayList;
import java.util.List;
import org.apache.commons.lang3.SerializationUtils;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.expressions.codegen.GenerateUnsafeProjection$;
import org.apache.spark.sql.catalyst.expressions.objects.StaticInvoke;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.ObjectType;
import scala.collection.Seq;
import scala.runtime.AbstractPartialFunction;

/** From expressions over names to expressions over the places of a row, ready to be evaluated. */
final class Binding {

  private Binding() {}

  /**
   * Copies, bound to the columns they are evaluated over, with what is faster in its place. Many
   * expressions keep something while they are evaluated, such as the variables of a lambda, so
   * whoever evaluates needs its own. Spark makes them in the same way, when it sends them to tasks.
   */
  static Seq<Expression> of(List<? extends Expression> expressions, Seq<Attribute> input) {
    List<Expression> faster = new ArrayList<>();
    for (Expression expression : SerializationUtils.clone(new ArrayList<>(expressions))) {
      faster.add(expression.transformUp(new Faster()));
    }
    return GenerateUnsafeProjection$.MODULE$.bind(Plan.seq(faster), input);
  }

  /**
   * A call of {@code constant}'s class: {@code static Object function(input, constant)}, null for a
   * null input.
   */
  static Expression call(String function, DataType type, Expression input, Object constant) {
    return new StaticInvoke(
        constant.getClass(),
        type,
        function,
        Plan.seq(List.of(input, Literal.create(constant, new ObjectType(constant.getClass())))),
        Plan.seq(List.of()),
        true,
        true,
        true);
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
      return AsciiCase.inPlaceOf(SplitAt.inPlaceOf(JsonPath.inPlaceOf(expression)));
    }
  }
}
