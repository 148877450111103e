package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The job is away for many batches. */
@ExtendWith(Stage.class)
class OutageScenario {
  /** More batches of a second than are worth being run one by one. */
  private static final Duration LENGTH = Duration.ofSeconds(90);

  @Test
  void missedBatchesAreNotRunOneByOne(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, Mode.LOCAL);
    scene.recovered(Outage.of(LENGTH, scene, job));
    assertThat(job.status("lastRecovery", "from")).isEqualTo("Ledger");
    Play.endsExact(scene, feeder);
  }
}
