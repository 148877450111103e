package dev.tidemark.operator.core.backup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class RunProgressTest {
  @Test
  void theLastLineOfTheContractsExampleCounts() throws IOException {
    RunProgress last =
        RunProgress.last(Files.readString(Path.of("../contract/backup/progress.log")))
            .orElseThrow();
    assertThat(last).isEqualTo(new RunProgress(12_040, 100_000, 12_328_960, 102_400_000));
    assertThat(last.percent()).isEqualTo(12);
    assertThat(last.sentence()).isEqualTo("12040 of 100000 objects are copied, 12 % of the bytes.");
  }

  @Test
  void otherLinesAreNotTakenForIt() {
    assertThat(RunProgress.last("")).isEmpty();
    assertThat(RunProgress.last("backup totals at s3a://backups/totals: 3 objects")).isEmpty();
    assertThat(RunProgress.last("backup: 9 of 9 objects, 99999999999999999999 of 1 bytes"))
        .isEmpty();
    assertThat(RunProgress.last("restore: 1 of 2 objects, 0 of 0 bytes\nlast words"))
        .contains(new RunProgress(1, 2, 0, 0));
  }

  @Test
  void nothingToBeCopiedIsAllOfIt() {
    assertThat(new RunProgress(1, 2, 0, 0).percent()).isEqualTo(100);
  }
}
