package dev.tidemark.job.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tidemark.job.ledger.LedgerIdentity;
import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.ledger.Skipped;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.settings.SettingsFile;
import dev.tidemark.job.source.KafkaView;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class ReachTest {
  private static final Partition HELD = new Partition("orders", 0);
  private static final Partition EXPIRED = new Partition("orders", 1);
  private static final Partition UNNAMED = new Partition("returns", 0);
  private static final KafkaView KAFKA =
      new KafkaView(
          new LedgerIdentity("cluster", Map.of("orders", "id")),
          Map.of(HELD, 0L, EXPIRED, 70L),
          Map.of(HELD, 90L, EXPIRED, 90L));

  private final Settings stops = settings("minimal");
  private final Settings skips = settings("full");

  private static Settings settings(String name) {
    return SettingsFile.read(Path.of("..", "contract", "settings", name + ".json"));
  }

  private static Trouble refusal(Settings settings, Map<Partition, Long> until) {
    return catchThrowableOfType(Trouble.class, () -> Reach.expired(settings, until, KAFKA));
  }

  @Test
  void nothingIsAmissWhereEverythingIsHeld() {
    assertThat(Reach.expired(stops, Map.of(HELD, 90L, EXPIRED, 70L, UNNAMED, 3L), KAFKA)).isEmpty();
  }

  @Test
  void whatIsGoneIsNamedAndNothingIsSkippedUnasked() {
    Trouble refused = refusal(stops, Map.of(HELD, 5L, EXPIRED, 60L));
    assertThat(refused.reason()).isEqualTo(Reason.OffsetsExpired);
    assertThat(refused.getMessage())
        .contains("offsets 60 to 70 of orders-1")
        .contains("SkipToEarliest");
  }

  @Test
  void itIsSkippedWhereTheUserSaysSo() {
    assertThat(Reach.expired(skips, Map.of(HELD, 5L, EXPIRED, 60L), KAFKA))
        .containsExactly(new Skipped(EXPIRED, 60, 70));
  }

  @Test
  void aTopicThatEndsBeforeTheLedgerIsAnotherOneWhateverTheUserSays() {
    assertThat(refusal(skips, Map.of(HELD, 91L)).reason()).isEqualTo(Reason.TopicRecreated);
  }

  /** Kafka may drop records while they are about to be read: the next run asks again. */
  @Test
  void recordsThatGoWhileARunReadsEndThatRunAlone() {
    RuntimeException failure =
        new IllegalStateException(
            "Job aborted",
            new Trouble(
                Reason.OffsetsExpired,
                "gone",
                new OffsetOutOfRangeException(Map.of(new TopicPartition("orders", 1), 60L))));
    assertThat(Failures.of(failure, skips, Reason.BatchFailed).reason())
        .isEqualTo(Reason.BatchFailed);
    assertThat(Failures.of(failure, stops, Reason.BatchFailed).reason())
        .isEqualTo(Reason.OffsetsExpired);
    Trouble ofState = new Trouble(Reason.OffsetsExpired, "the state has not counted them");
    assertThat(Failures.of(ofState, skips, Reason.StartFailed)).isSameAs(ofState);
  }
}
