package dev.tidemark.job.expression;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.expressions.StringSplit;
import org.apache.spark.sql.catalyst.expressions.objects.StaticInvoke;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.unsafe.types.UTF8String;
import org.junit.jupiter.api.Test;

/** Text taken apart at a character: exactly what Spark's own function gives. */
class SplitAtTest {
  private static StringSplit split(byte[] text, String at, int limit) {
    return new StringSplit(
        Literal.create(UTF8String.fromBytes(text), DataTypes.StringType),
        Literal.create(at, DataTypes.StringType),
        Literal.create(limit, DataTypes.IntegerType));
  }

  @Test
  void randomTexts() {
    long seed = Long.getLong("seed", System.nanoTime());
    Random random = new Random(seed);
    System.out.println("SplitAtTest: -Dseed=" + seed);
    List<String> pieces = List.of(" ", " ", ",", "a", "word", "ä", "€", "\uD83C\uDF0A", "\n");
    for (int i = 0; i < 5_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int k = random.nextInt(12); k > 0; k--) {
        text.append(pieces.get(random.nextInt(pieces.size())));
      }
      byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
      if (bytes.length > 0 && random.nextInt(4) == 0) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      for (String at : List.of(" ", ",", "\n")) {
        StringSplit split = split(bytes, at, random.nextInt(2) - 1);
        Expression faster = SplitAt.inPlaceOf(split);
        assertThat(faster).isInstanceOf(StaticInvoke.class);
        assertThat(parts(faster)).as("'%s' at '%s'", text, at).isEqualTo(parts(split));
      }
    }
  }

  private static List<String> parts(Expression split) {
    ArrayData parts = (ArrayData) split.eval(InternalRow.empty());
    return java.util.stream.IntStream.range(0, parts.numElements())
        .mapToObj(i -> parts.getUTF8String(i).toString())
        .toList();
  }

  @Test
  void patternsAndLimitsAreLeftToSpark() {
    for (String at : List.of(".", "|", "", "ab", "ä", "\\s", "[")) {
      StringSplit split = split(new byte[] {'a'}, at, -1);
      assertThat(SplitAt.inPlaceOf(split)).as(at).isSameAs(split);
    }
    StringSplit limited = split(new byte[] {'a'}, " ", 2);
    assertThat(SplitAt.inPlaceOf(limited)).isSameAs(limited);
  }
}
