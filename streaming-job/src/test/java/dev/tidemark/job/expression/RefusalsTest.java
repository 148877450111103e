package dev.tidemark.job.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is no filter or select, and what a person is told. */
class RefusalsTest {

  private static Trouble refused(String filter, String... select) {
    return catchThrowableOfType(
        Trouble.class, () -> Pipeline.check(new Selection(null, filter, Arrays.asList(select))));
  }

  @Test
  void unknownColumnIsNamedWithThoseThereAre() {
    Trouble trouble = refused("valu LIKE '%a%'");
    assertThat(trouble.reason()).isEqualTo(Reason.InvalidFilter);
    assertThat(trouble)
        .hasMessage(
            "filter: unknown column 'valu'; the columns are key, value, topic, partition, offset, timestamp, headers "
                + "at character 1 (in: valu LIKE '%a%')");
  }

  @Test
  void whatDoesNotParseSaysWhere() {
    Trouble trouble = refused("value LIKE )");
    assertThat(trouble.reason()).isEqualTo(Reason.InvalidFilter);
    assertThat(trouble.getMessage())
        .startsWith("filter: ")
        .contains("Syntax error")
        .contains("(in: value LIKE ))");
    assertThat(trouble.getMessage())
        .doesNotContain("== SQL")
        .doesNotContain("[PARSE")
        .doesNotContain("\n");
  }

  @Test
  void theFaultyItemOfASelectIsCounted() {
    Trouble trouble = refused(null, "value", "uper(value) AS u");
    assertThat(trouble.reason()).isEqualTo(Reason.InvalidSelect);
    assertThat(trouble.getMessage()).startsWith("select[1]: there is no function uper");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "value",
        "1",
        "length(value)",
        "value LIKE 'x' AND",
        "rand() < 0.5",
        "uuid() = value",
        "now() > timestamp",
        "current_timestamp > timestamp",
        "current_timestamp() > timestamp",
        "timestamp > TIMESTAMP 'now'",
        "CAST(timestamp AS DATE) = DATE 'today'",
        "unix_timestamp() > 5",
        "localtimestamp() IS NULL",
        "value IN (SELECT 'a')",
        "EXISTS (SELECT 1)",
        "(SELECT 1) = 1",
        "count(*) > 1",
        "max(value) = 'a'",
        "row_number() OVER (ORDER BY value) = 1",
        "reflect('java.lang.Runtime', 'getRuntime') IS NOT NULL",
        "java_method('java.util.UUID', 'randomUUID') = value",
        "input_file_name() = ''",
        "current_user() = 'a'",
        "mydb.myfunction(value)",
        "explode(split(value, ' ')) = 'a'",
        "spark_partition_id() = 0",
        "monotonically_increasing_id() > 0",
        "nosuch(value)",
        "value = :p",
        "value.x = 1",
        "value RLIKE '('",
        "shuffle(split(value, ' '))[0] = 'a'",
        "current_database() = 'a'",
        "current_timezone() = 'a'",
        "; DROP TABLE x",
        "value = 'a' UNION SELECT 1",
        "a.b.c.d = 1",
        "current_date = DATE '2024-01-01'",
        "random() > 1",
        "value = ?",
        "range(3)",
        "session_window(timestamp, '5 minutes') IS NULL",
        "value LIKE",
        "value AS v",
        "grouping(value) = 1",
        "cast(value as notype) = 1",
        "default",
        "IDENTIFIER('now')() > timestamp",
        "to_timestamp(current_timestamp()) > timestamp"
      })
  void whatAFilterMayNotBeIsRefused(String filter) {
    Trouble trouble = refused(filter);
    assertThat(trouble).as(filter).isNotNull();
    assertThat(trouble.reason()).isEqualTo(Reason.InvalidFilter);
    assertThat(trouble.getMessage())
        .startsWith("filter: ")
        .doesNotContain("\n")
        .hasSizeLessThan(1200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "upper(value)",
        "explode(split(value, ' '))",
        "sum(offset) AS s",
        "1",
        "CAST(value AS INT)",
        "rand() AS r",
        "explode(split(value, ' ')) AS (a, b)",
        "upper(explode(split(value, ' '))) AS u",
        "* EXCEPT (value)",
        "t.*",
        "(SELECT 1) AS a",
        "row_number() OVER (ORDER BY offset) AS n",
        "collect_list(value) AS l",
        "",
        "value AS",
        "regexp_replace(value, '(', '') AS v",
        "lead(value) OVER (PARTITION BY key ORDER BY offset) AS n",
        "explode(value) AS v",
        "reflect('a', 'b') AS c",
        "posexplode(split(value, ' ')) AS p"
      })
  void whatASelectMayNotBeIsRefused(String select) {
    Trouble trouble = refused(null, select);
    assertThat(trouble).as(select).isNotNull();
    assertThat(trouble.reason()).isEqualTo(Reason.InvalidSelect);
  }

  @Test
  void twoGeneratorsAndTwoEqualNamesAreRefused() {
    assertThat(
            refused(null, "explode(split(value, ' ')) AS a", "explode(split(key, ' ')) AS b")
                .getMessage())
        .startsWith("select[1]: only one function that makes several rows");
    assertThat(refused(null, "value", "key AS Value").getMessage())
        .startsWith("select: two columns are named 'Value'");
    assertThat(refused(null, "*", "upper(value) AS value").getMessage())
        .startsWith("select: two columns are named");
  }

  @Test
  void anUnnamedColumnComesWithTheHint() {
    assertThat(refused(null, "upper(value)"))
        .hasMessage(
            "select: the column has no name; write upper(value) AS name_of_the_column (in: upper(value))");
  }
}
