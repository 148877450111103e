package dev.tidemark.job.expression;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.GetJsonObject;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.expressions.objects.StaticInvoke;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.unsafe.types.UTF8String;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names in a JSON document: exactly what Spark's own function finds. */
class JsonPathTest {
  private static final List<String> NAMES = List.of("a", "b", "ab", "c_1");
  private static final List<String> PATHS = List.of("$.a", "$.b", "$.a.b", "$.ab.a.c_1", "$.c_1");

  private static UTF8String spark(byte[] json, String path) {
    Literal document = Literal.create(UTF8String.fromBytes(json), DataTypes.StringType);
    Literal literal = Literal.create(path, DataTypes.StringType);
    return (UTF8String) new GetJsonObject(document, literal).eval(InternalRow.empty());
  }

  private static void same(byte[] json) {
    for (String path : PATHS) {
      assertThat(JsonPath.get(UTF8String.fromBytes(json), JsonPath.of(path).orElseThrow()))
          .as("%s in %s", path, new String(json, StandardCharsets.UTF_8))
          .isEqualTo(spark(json, path));
    }
  }

  @Test
  void randomDocumentsWholeAndBroken() {
    long seed = Long.getLong("seed", System.nanoTime());
    Random random = new Random(seed);
    System.out.println("JsonPathTest: -Dseed=" + seed);
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder();
      object(text, random, 3);
      byte[] json = text.toString().getBytes(StandardCharsets.UTF_8);
      if (random.nextInt(3) == 0) {
        json = broken(json, random);
      }
      same(json);
    }
  }

  private static byte[] broken(byte[] json, Random random) {
    byte[] broken = json.clone();
    if (random.nextBoolean()) {
      return java.util.Arrays.copyOf(broken, random.nextInt(broken.length));
    }
    broken[random.nextInt(broken.length)] =
        (byte) "\"{}[],:\\'0e.-\0\t\u00ff".charAt(random.nextInt(16));
    return broken;
  }

  private static void object(StringBuilder text, Random random, int depth) {
    text.append('{');
    int fields = random.nextInt(4);
    for (int i = 0; i < fields; i++) {
      text.append(i == 0 ? "" : random.nextBoolean() ? "," : " , ");
      text.append('"').append(NAMES.get(random.nextInt(NAMES.size()))).append("\":");
      value(text, random, depth);
    }
    text.append('}');
  }

  private static void value(StringBuilder text, Random random, int depth) {
    switch (random.nextInt(depth > 0 ? 12 : 9)) {
      case 0 -> text.append("null");
      case 1 -> text.append(random.nextBoolean());
      case 2 -> text.append(random.nextInt(2_000) - 1_000);
      case 3 -> text.append(random.nextLong());
      case 4 -> text.append(random.nextDouble() * 1e6).append(random.nextBoolean() ? "0" : "e3");
      case 5 -> text.append("\"\"");
      case 6 -> text.append("\"plain ä€ \uD83C\uDF0A text\"");
      case 7 -> text.append("\"\\n \\\" \\\\ \\u00e4 \\/\"");
      case 8 -> text.append(random.nextBoolean() ? "\"\\ud83c\\udf0a\"" : "\"half \\ud83c\"");
      case 9 -> {
        text.append('[');
        value(text, random, depth - 1);
        text.append(",1]");
      }
      default -> object(text, random, depth - 1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "{}",
        "null",
        "[{\"a\": 1}]",
        " {\"a\": 1}",
        "\uFEFF{\"a\": 1}",
        "{\0\"\0a\0",
        "{\"a\": -0}",
        "{\"a\": 007}",
        "{\"a\": 123456789012345678901234567890}",
        "{\"a\": 1.10}",
        "{\"a\": 1} and more",
        "{\"a\": 1, \"b\"}",
        "{\"a\": null, \"a\": 2}",
        "{\"a\": {\"b\": null}, \"a\": {\"b\": 3}}",
        "{\"a\": {\"b\": 1}, \"a\": {\"b\": 3}}",
        "{'a': 'single'}",
        "{a: 1}"
      })
  void oddDocuments(String json) {
    same(json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void onlyConstantPathsOfNamesAreReplaced() {
    Literal json = Literal.create("{}", DataTypes.StringType);
    for (String path : List.of("$", "$.a[0]", "$.*", "$['a']", "a", "$.a b", "$..a")) {
      Expression get = new GetJsonObject(json, Literal.create(path, DataTypes.StringType));
      assertThat(JsonPath.inPlaceOf(get)).as(path).isSameAs(get);
    }
    Expression get = new GetJsonObject(json, Literal.create("$.a.b", DataTypes.StringType));
    assertThat(JsonPath.inPlaceOf(get)).isInstanceOf(StaticInvoke.class);
  }
}
