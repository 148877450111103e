package dev.tidemark.job.expression;

import static dev.tidemark.job.expression.Runs.made;
import static dev.tidemark.job.expression.Runs.one;
import static dev.tidemark.job.expression.Runs.record;
import static dev.tidemark.job.expression.Runs.rows;
import static dev.tidemark.job.expression.Runs.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PipelineTest {

  /** Spark throws a checked exception there, which Scala does not declare. */
  @Test
  void whatFailsWithACheckedExceptionFailsOnItsRecord() {
    String strict = "from_json(value, 'a INT', map('mode', 'FAILFAST')).a AS a";
    Trouble failed = catchThrowableOfType(Trouble.class, () -> run(null, List.of(strict), "{"));
    assertThat(failed.reason()).isEqualTo(Reason.InvalidSelect);
    assertThat(failed.getMessage()).contains("offset 100");
  }

  @Test
  void theArticlesJobKeepsImportantEventsInUpperCase() {
    assertThat(
            run(
                "value LIKE '%important%'",
                List.of("upper(value) AS value"), "an important event", "noise", null))
        .containsExactly(List.of("AN IMPORTANT EVENT"));
    assertThat(
            run(
                "contains(value, 'important')",
                List.of("upper(value) AS value"),
                "important!",
                "no"))
        .containsExactly(List.of("IMPORTANT!"));
  }

  @Test
  void withoutFilterAndSelectEveryValueIsARow() {
    assertThat(run(null, null, "a", null, ""))
        .isEqualTo(List.of(List.of("a"), java.util.Collections.singletonList(null), List.of("")));
    assertThat(run("  ", List.of(), "a")).containsExactly(List.of("a"));
  }

  @Test
  void anExplodeMakesARowPerWord() {
    List<List<Object>> rows =
        run(null, List.of("offset", "explode(split(value, ' ')) AS word"), "a b", "", null, "c");
    assertThat(rows)
        .containsExactly(
            List.of(100L, "a"), List.of(100L, "b"), List.of(101L, ""), List.of(103L, "c"));
  }

  @Test
  void otherGeneratorsWorkToo() {
    assertThat(run(null, List.of("posexplode(split(value, ',')) AS (pos, item)"), "x,y"))
        .containsExactly(List.of(0, "x"), List.of(1, "y"));
    assertThat(
            run(null, List.of("offset", "explode_outer(split(value, ',')) AS item"), (String) null))
        .containsExactly(Arrays.asList(100L, null));
    assertThat(
            run(
                null,
                List.of("inline(from_json(value, 'array<struct<a:int,b:string>>'))"),
                "[{\"a\":1,\"b\":\"x\"},{\"a\":2}]"))
        .containsExactly(Arrays.asList(1, "x"), Arrays.asList(2, null));
    assertThat(run(null, List.of("json_tuple(value, 'a', 'b') AS (a, b)"), "{\"a\":1}"))
        .containsExactly(Arrays.asList("1", null));
    assertThat(run(null, List.of("stack(2, key, value) AS item"), "v"))
        .containsExactly(List.of("k0"), List.of("v"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "length(value)|abc|3",
        "get_json_object(value, '$.a.b')|{\"a\":{\"b\":\"c\"}}|c",
        "from_json(value, 'a int').a|{\"a\":7}|7",
        "value:a|x|ERROR",
        "coalesce(CAST(value AS INT), -1)|abc|-1",
        "CAST(value AS INT) + 1|41|42",
        "CASE WHEN value > 'b' THEN 'late' ELSE 'early' END|c|late",
        "value IN ('a', 'b')|b|true",
        "value RLIKE '^a+$'|aaa|true",
        "value ILIKE 'A%'|abc|true",
        "value BETWEEN 'a' AND 'c'|b|true",
        "nvl(null, value)|z|z",
        "nullif(value, 'z') IS NULL|z|true",
        "left(value, 2)|hello|he",
        "startswith(value, 'he') AND endswith(value, 'lo')|hello|true",
        "regexp_extract(value, '([0-9]+)', 1)|ab42|42",
        "regexp_count(value, 'a')|banana|3",
        "split_part(value, '-', 2)|a-b-c|b",
        "substring_index(value, '.', 1)|a.b|a",
        "concat_ws('-', topic, partition, offset)|x|events-3-100",
        "element_at(map('a', 1, 'b', 2), value)|b|2",
        "aggregate(transform(split(value, ' '), x -> CAST(x AS INT)), 0, (a, x) -> a + x)|1 2 3|6",
        "filter(split(value, ' '), x -> x != 'b')[1]|a b c|c",
        "CAST(unhex('ff') AS STRING) IS NOT NULL|x|true",
        "date_format(timestamp, 'yyyy-MM-dd HH:mm:ss')|x|2023-11-14 22:13:20",
        "hour(timestamp)|x|22",
        "CAST(headers[0].value AS STRING)|x|abc",
        "filter(headers, h -> h.key = 'trace')[0].key|x|trace",
        "md5(value)|a|0cc175b9c0f1b6a831c399e269772661",
        "try_divide(1, length(value) - 1)|a|null",
        "1 / (length(value) - 1)|a|null",
        "typeof(offset)|a|bigint",
        "to_timestamp(value) IS NULL|no date|true",
        "try_cast(value AS INT)|x|null",
        "make_date(2024, 1, CAST(value AS INT))|5|19727",
        "equal_null(value, null)|a|false",
        "value LIKE 'a\\\\%'|a%|true",
        "with_nothing|a|ERROR",
        "array_join(array_sort(split(value, '')), '')|cab|abc",
      })
  void expressionsGiveWhatSparkGives(String expression, String value, String expected) {
    if (expected.equals("ERROR")) {
      assertThatThrownBy(() -> one(expression, value)).isInstanceOf(Trouble.class);
    } else {
      assertThat(String.valueOf(one(expression, value))).isEqualTo(expected);
    }
  }

  @Test
  void aTumblingWindowOfTheTimestampIsAFunctionOfOneRecord() {
    assertThat(run("window(timestamp, '5 minutes').start IS NOT NULL", List.of("*"), "a").get(0))
        .hasSize(7);
    assertThat(
            run(
                null,
                List.of("date_format(window(timestamp, '5 minutes').start, 'HH:mm') AS start"),
                "a"))
        .containsExactly(List.of("22:10"));
  }

  @Test
  void theSchemaHasTheNamesAndTypesOfTheSelect() {
    StructType schema =
        Pipeline.compile(
                new Selection(
                    null,
                    null,
                    List.of(
                        "value",
                        "offset AS o",
                        "CAST(value AS DECIMAL(10,2)) AS price",
                        "timestamp",
                        "headers",
                        "topic = 'a' AS b")))
            .schema();
    assertThat(schema.fieldNames())
        .containsExactly("value", "o", "price", "timestamp", "headers", "b");
    assertThat(schema.fields()[2].dataType()).isEqualTo(DataTypes.createDecimalType(10, 2));
    assertThat(schema.fields()[3].dataType()).isEqualTo(DataTypes.TimestampType);
    assertThat(schema.fields()[4].dataType()).isEqualTo(DataTypes.StringType);
    assertThat(CompiledPipeline.isJson(schema.fields()[4])).isTrue();
    assertThat(CompiledPipeline.isJson(schema.fields()[0])).isFalse();
  }

  @Test
  void nestedColumnsBecomeJsonWithTheirNulls() {
    assertThat(run(null, List.of("from_json(value, 'a int, b string') AS j"), "{\"a\":1}"))
        .containsExactly(List.of("{\"a\":1,\"b\":null}"));
    assertThat(run(null, List.of("split(value, ' ') AS words", "map(key, value) AS m"), "a b"))
        .containsExactly(List.of("[\"a\",\"b\"]", "{\"k0\":\"a b\"}"));
  }

  @Test
  void aStarIsEveryColumn() {
    assertThat(Pipeline.compile(new Selection(null, null, List.of("*"))).schema().fieldNames())
        .containsExactly(Columns.SCHEMA.fieldNames());
  }

  @Test
  void aLaterColumnMayUseAnEarlierOne() {
    assertThat(run(null, List.of("upper(value) AS u", "length(u) AS n"), "abc"))
        .containsExactly(List.of("ABC", 3));
  }

  @Test
  void malformedTextIsReplacedAndNeverStopsTheJob() {
    byte[] broken = {'a', (byte) 0xff, 'b'};
    ConsumerRecord<byte[], byte[]> record = new ConsumerRecord<>("events", 3, 1, null, broken);
    assertThat(
            rows(
                Pipeline.compile(new Selection(null, null, List.of("key", "value"))),
                List.of(record)))
        .containsExactly(Arrays.asList(null, "a\ufffdb"));
  }

  @Test
  void aRecordWithoutTimeHasNoTimestamp() {
    ConsumerRecord<byte[], byte[]> record = new ConsumerRecord<>("events", 3, 1, null, new byte[0]);
    assertThat(
            rows(
                Pipeline.compile(
                    new Selection(null, null, List.of("timestamp", "size(headers) AS n"))),
                List.of(record)))
        .containsExactly(Arrays.asList(null, 0));
  }

  @Test
  void aFailureAtRunTimeNamesTheRecord() {
    Trouble trouble =
        catchThrowableOfType(
            Trouble.class, () -> run("element_at(split(value, ' '), 0) = 'a'", null, "a b"));
    assertThat(trouble.reason()).isEqualTo(Reason.InvalidFilter);
    assertThat(trouble.getMessage()).contains("events-3, offset 100");
  }

  @Test
  void rowsKnowTheOffsetTheyCameFrom() {
    Rows rows =
        Pipeline.compile(
                new Selection(null, "value != 'skip'", List.of("explode(split(value, ' ')) AS w")))
            .apply(
                List.of(record(5, null, "a b"), record(6, null, "skip"), record(9, null, "c"))
                    .iterator(),
                Malformed.STOPS);
    List<Long> offsets = new ArrayList<>();
    while (rows.hasNext()) {
      rows.next();
      // Looking ahead must not move the offset.
      assertThat(rows.hasNext() || offsets.size() == 2).isTrue();
      offsets.add(rows.offset());
    }
    assertThat(offsets).containsExactly(5L, 5L, 9L);
    assertThat(rows.records()).isEqualTo(3);
  }

  @Test
  void aJobWithManyRecordsGetsGeneratedCodeAndNobodyNotices() {
    CompiledPipeline pipeline =
        Pipeline.compile(new Selection(null, "value != 'v3'", List.of("upper(value) AS v")));
    for (int round = 0; round < 30; round++) {
      List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
      for (int i = 0; i < 5_000; i++) {
        records.add(record(i, null, "v" + i));
      }
      List<List<Object>> rows = made(pipeline, records);
      assertThat(rows).hasSize(4_999).contains(List.of("V4999"));
    }
  }

  @Test
  void compilingTwiceGivesTheSame() {
    assertThat(Pipeline.compile(new Selection(null, "offset > 7", null)))
        .isSameAs(Pipeline.compile(new Selection(null, "offset > 7", List.of("value"))));
  }
}
