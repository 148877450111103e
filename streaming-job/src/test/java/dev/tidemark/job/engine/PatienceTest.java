package dev.tidemark.job.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.settings.SettingsFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class PatienceTest {
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final Duration SHORT = Duration.ofMillis(1);
  private final Trouble away = new Trouble(Reason.SinkUnavailable, "the first time");
  private final Trouble again = new Trouble(Reason.SinkUnavailable, "another time");
  private final Trouble gap = new Trouble(Reason.OffsetGap, "the ledger went back");

  private final Settings settings =
      SettingsFile.read(Path.of("..", "contract", "settings", "minimal.json"));
  private final List<Trouble> waitedFor = new ArrayList<>();
  private final CountDownLatch over = new CountDownLatch(1);

  @Test
  void aBatchThatIsWrittenIsNotWrittenAgain() {
    assertThat(written(LONG, () -> true)).isEqualTo("done");
    assertThat(waitedFor).isEmpty();
  }

  @Test
  void aBatchIsWrittenAgainOnceTheSinkAnswers() {
    Deque<Boolean> answers = new ArrayDeque<>(List.of(false, false, true, true));
    assertThat(written(LONG, answers::remove, away, again)).isEqualTo("done");
    assertThat(answers).isEmpty();
    assertThat(waitedFor).containsExactly(away);
  }

  @Test
  void whatSparkWrappedIsSeen() {
    RuntimeException task = new IllegalStateException("Job aborted", new RuntimeException(away));
    assertThat(written(LONG, () -> true, task)).isEqualTo("done");
  }

  @Test
  void patienceEnds() {
    assertThatThrownBy(() -> written(SHORT, () -> false, away)).isSameAs(away);
  }

  /** A database may answer and write nothing: no room, a lock, another's right of way. */
  @Test
  void patienceEndsWithASinkThatAnswersAndWritesNothing() {
    RuntimeException[] always = Collections.nCopies(5, away).toArray(RuntimeException[]::new);
    assertThatThrownBy(() -> written(SHORT, () -> true, always)).isSameAs(away);
  }

  @Test
  void aRunThatIsToEndIsNotHeldUp() {
    over.countDown();
    assertThatThrownBy(() -> written(LONG, () -> true, away)).isSameAs(away);
  }

  @Test
  void otherTroubleEndsTheRunAtOnce() {
    assertThatThrownBy(() -> written(LONG, () -> true, gap)).isSameAs(gap);
    assertThat(waitedFor).isEmpty();
  }

  /** A copy that was behind has taken its place: a new run finds out what that means. */
  @Test
  void aSinkThatComesBackAsAnotherIsLeftToTheNextRun() {
    assertThatThrownBy(() -> written(LONG, () -> true, away, gap)).isSameAs(away);
  }

  /** Writes a batch that fails in these ways, one after the other, before it succeeds. */
  private String written(Duration moment, BooleanSupplier answers, RuntimeException... failures) {
    Deque<RuntimeException> coming = new ArrayDeque<>(List.of(failures));
    return new Patience(settings, answers, waitedFor::add, moment)
        .with(
            () -> {
              if (!coming.isEmpty()) {
                throw coming.remove();
              }
              return "done";
            },
            over);
  }
}
