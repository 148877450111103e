package dev.tidemark.job.engine.leased;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.owner.OwnerRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a program begins, and when it must not. */
class ProgramDirectoryTest {
  @TempDir Path path;

  private String onLost = "Stop";
  private String strategy = "Savepoint";
  private Instant keep;

  private OwnerRecord owner(int revision, long epoch, long floor, int stateRevision) {
    return LeasedJob.owner(revision, epoch, floor, stateRevision, keep);
  }

  private ProgramDirectory directory() throws IOException {
    return new ProgramDirectory(
        LeasedJob.settings(path, "example.Totals", List.of(), onLost, strategy, 600_000),
        FileSystem.getLocal(new Configuration()));
  }

  private String chosen(OwnerRecord owner) throws IOException {
    ProgramDirectory.Chosen chosen = directory().choose(owner);
    String home = path.toUri().getPath();
    return chosen.path().toUri().getPath().substring(home.length())
        + (chosen.checkpoint().isPresent() ? " goes on" : "");
  }

  private void write(String file, String content) throws IOException {
    Path at = path.resolve(file);
    Files.createDirectories(at.getParent());
    Files.writeString(at, content);
  }

  @Test
  void theFirstRunBeginsInADirectoryOfItsEpoch() throws IOException {
    assertThat(chosen(owner(1, 1, 0, 0))).isEqualTo("r000001/p0000000001");
  }

  @Test
  void laterRunsAndRevisionsGoOnInIt() throws IOException {
    write("r000001/p0000000001/checkpoint-1700000000000", "x");
    assertThat(chosen(owner(1, 5, 0, 1))).isEqualTo("r000001/p0000000001 goes on");
    assertThat(chosen(owner(2, 9, 0, 1))).isEqualTo("r000001/p0000000001 goes on");
  }

  @Test
  void ofSeveralTheNewestThatARestoreHasLeft() throws IOException {
    write("r000001/p0000000001/checkpoint-1700000000000", "x");
    write("r000001/p0000000007/checkpoint-1600000000000", "x");
    assertThat(chosen(owner(1, 8, 7, 1))).isEqualTo("r000001/p0000000007 goes on");
  }

  @Test
  void aCheckpointThatIsGoneStopsIt() throws IOException {
    Trouble lost = catchThrowableOfType(Trouble.class, () -> chosen(owner(1, 2, 0, 1)));
    assertThat(lost.reason()).isEqualTo(Reason.CheckpointLost);
    assertThat(lost.getMessage()).contains("without a word", "spec.restore", "StartFresh");
    write("r000001/p0000000001/query/metadata", "{}");
    assertThat(catchThrowableOfType(Trouble.class, () -> chosen(owner(1, 2, 0, 1))).reason())
        .isEqualTo(Reason.CheckpointLost);
  }

  @Test
  void aStartFromNothingIsOneThatWasAskedFor() throws IOException {
    onLost = "StartFresh";
    assertThat(chosen(owner(1, 2, 0, 1))).isEqualTo("r000001/p0000000002");
    write("r000001/p0000000001/query/commits/5", "v1");
    assertThat(chosen(owner(1, 3, 0, 1))).isEqualTo("r000001/p0000000003");
  }

  @Test
  void aNewRevisionMayBeginWithoutTheCheckpointOfTheOneBefore() throws IOException {
    strategy = "Fresh";
    write("r000001/p0000000001/checkpoint-1700000000000", "x");
    assertThat(chosen(owner(1, 2, 0, 1))).isEqualTo("r000001/p0000000001 goes on");
    assertThat(chosen(owner(2, 3, 0, 1))).isEqualTo("r000002/p0000000003");
    write("r000002/p0000000003/checkpoint-1700000000000", "x");
    assertThat(chosen(owner(2, 4, 0, 2))).isEqualTo("r000002/p0000000003 goes on");
  }

  @Test
  void whatSparkWouldGoBackOnWithoutAWord() throws IOException {
    String home = "r000001/p0000000001/";
    write(home + "query/metadata", "{}");
    write(home + "query/offsets/3", "v1");
    write(home + "query/commits/3", "v1");
    assertThat(chosen(owner(1, 2, 0, 1))).contains("goes on");
    write(home + "query/commits/4", "v1");
    assertDamaged("offsets ends at batch 3, and batch 4 was committed");
    write(home + "query/offsets/4", "");
    assertDamaged("offsets/4 is empty");
    write(home + "query/offsets/4", "v1");
    assertThat(chosen(owner(1, 2, 0, 1))).contains("goes on");
    write(home + "other/checkpoint-1700000000000", "");
    assertDamaged("every checkpoint in");
    write(home + "other/checkpoint-1700000000000", "x");
    write(home + "third/state/0/0/1.delta", "x");
    assertDamaged("third/offsets holds nothing");
  }

  private void assertDamaged(String sentence) {
    Trouble damaged = catchThrowableOfType(Trouble.class, () -> chosen(owner(1, 2, 0, 1)));
    assertThat(damaged.reason()).isEqualTo(Reason.CheckpointDamaged);
    assertThat(damaged.getMessage()).contains(sentence);
  }

  @Test
  void whatWasReplacedGoesWhenItsTimeIsOver() throws IOException {
    write("r000001/p0000000001/checkpoint-1700000000000", "x");
    write("r000001/p0000000007/checkpoint-1600000000000", "x");
    keep = Instant.parse("2026-01-02T00:00:00Z");
    directory().prune(owner(1, 8, 7, 1), keep.minusSeconds(1));
    assertThat(path.resolve("r000001/p0000000001")).exists();
    directory().prune(owner(1, 8, 7, 1), keep);
    assertThat(path.resolve("r000001/p0000000001")).doesNotExist();
    assertThat(path.resolve("r000001/p0000000007")).exists();
  }
}
