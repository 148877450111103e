package dev.tidemark.backup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.backup.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What a person reads who has typed something wrong. */
class MainTest {
  @TempDir private Path empty;
  private final StringWriter said = new StringWriter();

  private int run(String... arguments) {
    CommandLine program = Main.commandLine();
    program.setErr(new PrintWriter(said));
    return program.execute(arguments);
  }

  @Test
  void aPathThatIsNone() {
    assertThat(run("list", "--from", "backups/totals")).isEqualTo(Main.REFUSED);
    assertThat(said.toString())
        .startsWith("InvalidLocation: 'backups/totals' is not understood; write s3a://bucket/path")
        .doesNotContain("\tat ");
  }

  @Test
  void credentialsThatAreNotThereAreNotLookedForElsewhere() {
    int code =
        run(
            "list",
            "--from=s3a://backups/totals",
            "--endpoint=http://127.0.0.1:1",
            "--credentials=" + empty);
    assertThat(code).isEqualTo(Main.LATER);
    assertThat(said.toString())
        .startsWith("AccessDenied: there are no credentials for s3a://backups/totals/manifests/")
        .contains("the credentials in " + empty + " cannot be read")
        .hasLineCount(1);
  }

  @Test
  void aRetentionOfNothing() {
    assertThat(run("prune", "--from=s3a://backups/totals", "--min-keep=0")).isEqualTo(2);
    assertThat(said.toString())
        .startsWith("retention keeps at least one good backup")
        .doesNotContain("\tat ");
  }

  @Test
  void aProgramIsToldToo() throws IOException {
    Path report = empty.resolve("report.json");
    int code =
        run(
            "restore",
            "--latest",
            "--from=s3a://backups/totals",
            "--checkpoint=s3a://streams/totals",
            "--endpoint=http://127.0.0.1:1",
            "--credentials=" + empty,
            "--report=" + report);
    JsonNode told = Json.MAPPER.readTree(report.toFile());
    assertThat(code).isEqualTo(Main.LATER);
    assertThat(told.path("reason").asText()).isEqualTo("AccessDenied");
    assertThat(told.path("message").asText()).contains("there are no credentials for s3a://");
    assertThat(Files.size(report)).isLessThan(4096);
  }

  @Test
  void aRestoreOfNothingInParticular() {
    assertThat(run("restore", "--from=s3a://backups/totals", "--checkpoint=s3a://streams/totals"))
        .isEqualTo(2);
    assertThat(said.toString()).contains("Missing required argument");
  }

  @Test
  void aDrillThatNobodyMade() {
    assertThat(run("verify", "--from=s3a://backups/totals", "--level=RestoreDrill", "one"))
        .isEqualTo(2);
    assertThat(said.toString()).startsWith("--level=RestoreDrill, --drilled and the name of one");
    assertThat(
            run(
                "create",
                "--to=s3a://backups/totals",
                "--checkpoint=s3a://streams/totals",
                "--verify=RestoreDrill"))
        .isEqualTo(2);
    assertThat(said.toString()).contains("a drill needs the image of the job");
  }

  @Test
  void aCommandThatIsNone() {
    assertThat(run("destroy")).isEqualTo(2);
    assertThat(said.toString()).contains("Unmatched argument at index 0: 'destroy'");
  }
}
