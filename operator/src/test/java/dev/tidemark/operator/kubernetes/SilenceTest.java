package dev.tidemark.operator.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class SilenceTest {
  private static final ResourceID JOB = new ResourceID("important-events", "demo");

  private final List<ResourceID> woken = new CopyOnWriteArrayList<>();
  private final Instant began = Instant.now();
  private Silence silence;

  @BeforeEach
  void start() {
    silence = new Silence(Clock.systemUTC());
    silence.setEventHandler(event -> woken.add(event.getRelatedCustomResourceID()));
    silence.start();
  }

  @AfterEach
  void stop() {
    silence.stop();
  }

  @Test
  void wakesTheJobOnceWhenNothingIsHeard() {
    silence.await(JOB, began, began.plusMillis(50));
    await().untilAsserted(() -> assertThat(woken).containsExactly(JOB));
  }

  @Test
  void aLaterCommitPutsItOff() {
    silence.await(JOB, began, began.plusMillis(100));
    silence.heard(JOB, began.plusMillis(150));
    silence.heard(JOB, began.plusMillis(300));
    await().untilAsserted(() -> assertThat(woken).containsExactly(JOB));
    assertThat(Instant.now()).isAfterOrEqualTo(began.plusMillis(400));
  }

  @Test
  void aCommitOfAJobThatIsNotAwaitedWakesNobody() {
    silence.heard(JOB, began);
    ResourceID other = new ResourceID("other", "demo");
    silence.await(other, began, began.plusMillis(100));
    await().untilAsserted(() -> assertThat(woken).containsExactly(other));
  }

  @Test
  void whatIsForgottenWakesNobody() {
    ResourceID other = new ResourceID("other", "demo");
    silence.await(JOB, began, began.plusMillis(100));
    silence.forget(JOB);
    silence.await(other, began, began.plusMillis(200));
    await().untilAsserted(() -> assertThat(woken).containsExactly(other));
  }
}
