package dev.tidemark.job.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TableNameTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "events|\"events\"",
        "Events|\"events\"",
        "s.Events|\"s\".\"events\"",
        "\"Events\"|\"Events\"",
        "\"a.b\".\"c\"\"d\"|\"a.b\".\"c\"\"d\"",
        "s.\"my-table\"|\"s\".\"my-table\"",
        "_t1$|\"_t1$\"",
        "größe|\"größe\"",
        "  events |\"events\"",
        "\"x; DROP TABLE y\"|\"x; DROP TABLE y\""
      })
  void namesAreReadAsPostgresReadsThem(String text, String quoted) {
    assertThat(TableName.parse(text).quoted()).isEqualTo(quoted);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "a.b.c",
        "a.",
        ".a",
        "my-table",
        "a b",
        "x; DROP TABLE y",
        "\"open",
        "1a",
        "a..b",
        "\"\"",
        "a\"b\""
      })
  void whatIsNoNameIsRefused(String text) {
    Trouble trouble = catchThrowableOfType(Trouble.class, () -> TableName.parse(text));
    assertThat(trouble).as(text).isNotNull();
    assertThat(trouble.reason()).isEqualTo(Reason.InvalidSettings);
  }
}
