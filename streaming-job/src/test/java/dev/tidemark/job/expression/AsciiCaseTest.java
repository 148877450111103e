package dev.tidemark.job.expression;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.expressions.Lower;
import org.apache.spark.sql.catalyst.expressions.Upper;
import org.apache.spark.sql.catalyst.expressions.objects.StaticInvoke;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.unsafe.types.UTF8String;
import org.junit.jupiter.api.Test;

/** Text in upper and lower case: exactly what Spark's own functions give. */
class AsciiCaseTest {
  private static final List<String> PIECES =
      List.of("a", "Z", "{", "`", "@", "[", "0", " ", "\0", "\u007f", "ä", "ß", "ı", "µ", "ÿ", "ǆ");

  @Test
  void randomTexts() {
    long seed = Long.getLong("seed", System.nanoTime());
    Random random = new Random(seed);
    System.out.println("AsciiCaseTest: -Dseed=" + seed);
    for (int i = 0; i < 5_000; i++) {
      StringBuilder text = new StringBuilder();
      int pieces = random.nextBoolean() ? PIECES.size() : PIECES.indexOf("ä");
      for (int k = random.nextInt(12); k > 0; k--) {
        text.append(PIECES.get(random.nextInt(pieces)));
      }
      byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
      if (bytes.length > 0 && random.nextInt(4) == 0) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      same(bytes);
    }
  }

  @Test
  void everyAsciiCharacter() {
    for (int i = 0; i < 128; i++) {
      same(new byte[] {(byte) i});
      same(new byte[] {'x', (byte) i});
    }
  }

  /** A view of a larger array, such as a part that split has made. */
  @Test
  void partOfOtherText() {
    UTF8String part = UTF8String.fromString("one two three").substring(4, 7);
    Expression upper = new Upper(new Literal(part, DataTypes.StringType));
    assertThat(AsciiCase.inPlaceOf(upper).eval(InternalRow.empty()))
        .isEqualTo(UTF8String.fromString("TWO"));
    assertThat(part).hasToString("two");
  }

  @Test
  void nullStaysNull() {
    Expression upper = new Upper(Literal.create(null, DataTypes.StringType));
    assertThat(AsciiCase.inPlaceOf(upper).eval(InternalRow.empty())).isNull();
  }

  private static void same(byte[] bytes) {
    Expression text = new Literal(UTF8String.fromBytes(bytes), DataTypes.StringType);
    for (Expression spark : List.of(new Upper(text), new Lower(text))) {
      Expression faster = AsciiCase.inPlaceOf(spark);
      assertThat(faster).isInstanceOf(StaticInvoke.class);
      UTF8String expected = (UTF8String) spark.eval(InternalRow.empty());
      UTF8String made = (UTF8String) faster.eval(InternalRow.empty());
      assertThat(made.getBytes()).as("%s", spark).isEqualTo(expected.getBytes());
    }
  }
}
