package dev.tidemark.backup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ProgressLinesTest {
  private static final Duration MOMENT = ProgressLines.RHYTHM.dividedBy(10);

  private final StringWriter written = new StringWriter();
  private Instant now = Instant.EPOCH;
  private final ProgressLines lines =
      new ProgressLines("backup", new PrintWriter(written), () -> now);

  private void done(int objects, Duration each) {
    for (int i = 0; i < objects; i++) {
      now = now.plus(each);
      lines.done(1024);
    }
  }

  @Test
  void whatIsDoneSoonSaysNothing() {
    lines.expect(9, 9 * 1024);
    done(9, MOMENT);
    assertThat(written.toString()).isEmpty();
  }

  /** What the contract shows is what comes out; the operator's tests read it too. */
  @Test
  void whatTakesLongerSaysHowFarItIs() throws IOException {
    lines.expect(100_000, 102_400_000);
    done(4095, Duration.ZERO);
    done(1, ProgressLines.RHYTHM);
    done(7943, Duration.ZERO);
    done(1, ProgressLines.RHYTHM);
    done(99, Duration.ZERO);
    assertThat(written.toString())
        .isEqualToIgnoringNewLines(Files.readString(Path.of("../contract/backup/progress.log")));
  }

  @Test
  void whatBeginsAgainCountsAgain() {
    lines.expect(50, 50 * 1024);
    done(1, ProgressLines.RHYTHM);
    lines.expect(20, 20 * 1024);
    done(1, ProgressLines.RHYTHM);
    assertThat(written.toString().lines())
        .containsExactly(
            "backup: 1 of 50 objects, 1024 of 51200 bytes",
            "backup: 1 of 20 objects, 1024 of 20480 bytes");
  }
}
