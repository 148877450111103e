package dev.tidemark.backup.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ThrottleTest {
  private static final class SlowDown extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private final Throttle throttle = new Throttle(4, 6, SlowDown.class::isInstance);
  private final List<CompletableFuture<String>> underWay = new ArrayList<>();

  private CompletableFuture<String> ask() {
    return throttle.run(
        () -> {
          CompletableFuture<String> request = new CompletableFuture<>();
          underWay.add(request);
          return request;
        });
  }

  @Test
  void noMoreAtOnceThanTheLimitWhichGrowsWithSuccess() {
    List<CompletableFuture<String>> answers = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      answers.add(ask());
    }
    assertThat(underWay).hasSize(4);
    underWay.get(0).complete("first");
    assertThat(answers.get(0)).isCompletedWithValue("first");
    assertThat(underWay).as("the next one began").hasSize(5);
    for (int i = 1; i < 20; i++) {
      underWay.get(i).complete("done");
    }
    assertThat(answers).allMatch(CompletableFuture::isDone);
    assertThat(throttle.limit()).as("never above the most").isEqualTo(6);
  }

  @Test
  void aStoreThatAsksForPatienceGetsHalfAndIsAskedAgain() {
    AtomicInteger tries = new AtomicInteger();
    CompletableFuture<String> answer =
        throttle.run(
            () ->
                tries.incrementAndGet() < 3
                    ? CompletableFuture.failedFuture(new SlowDown())
                    : CompletableFuture.completedFuture("at last"));
    assertThat(answer.join()).isEqualTo("at last");
    assertThat(tries).hasValue(3);
    assertThat(throttle.limit())
        .as("4, half of it, half of that, and one for success")
        .isEqualTo(2);
  }

  @Test
  void anotherFailureIsToldAtOnceAndTakesNoRoom() {
    for (int i = 0; i < 10; i++) {
      CompletableFuture<String> answer =
          throttle.run(() -> CompletableFuture.failedFuture(new IllegalStateException("no")));
      assertThatThrownBy(answer::join)
          .isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(IllegalStateException.class);
    }
    assertThat(ask()).isNotDone();
    assertThat(underWay).hasSize(1);
  }
}
