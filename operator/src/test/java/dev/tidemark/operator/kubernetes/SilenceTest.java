package dev.tidemark.operator.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class SilenceTest {
  private static final ResourceID JOB = new ResourceID("important-events", "demo");

  private final List<ResourceID> woken = new CopyOnWriteArrayList<>();
  private final AtomicInteger asked = new AtomicInteger();
  private final Instant began = Instant.now();
  private volatile IntFunction<Instant> commits = look -> began;
  private Silence silence;

  @BeforeEach
  void start() {
    silence = new Silence(job -> commits.apply(asked.incrementAndGet()), Clock.systemUTC());
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
    assertThat(asked).hasValue(1);
  }

  @Test
  void wakesTheJobWhenItsCommitIsGone() {
    commits = look -> null;
    silence.await(JOB, Instant.now(), Instant.now().plusMillis(50));
    await().untilAsserted(() -> assertThat(woken).containsExactly(JOB));
  }

  /** Each time it is looked for, another 100 ms have been committed; after the third no more. */
  @Test
  void aLaterCommitPutsItOff() {
    Instant first = Instant.now();
    commits = look -> first.plusMillis(100L * Math.min(look, 3));
    silence.await(JOB, first, first.plusMillis(200));
    await().untilAsserted(() -> assertThat(woken).containsExactly(JOB));
    assertThat(asked).hasValueGreaterThanOrEqualTo(3);
    assertThat(Instant.now()).isAfterOrEqualTo(first.plusMillis(500));
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
