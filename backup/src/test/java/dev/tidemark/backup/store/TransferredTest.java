package dev.tidemark.backup.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class TransferredTest {
  private static final int MANY = 20_000;

  private final AtomicInteger underWay = new AtomicInteger();
  private final List<Integer> peaks = Collections.synchronizedList(new ArrayList<>());
  private final Random random = new Random(1);

  private CompletableFuture<Integer> transfer(int number, int failing) {
    peaks.add(underWay.incrementAndGet());
    Executor sometime =
        random.nextInt(100) == 0
            ? CompletableFuture.delayedExecutor(5, TimeUnit.MILLISECONDS)
            : ForkJoinPool.commonPool();
    return CompletableFuture.supplyAsync(
        () -> {
          underWay.decrementAndGet();
          if (number == failing) {
            throw new IllegalStateException("transfer " + number);
          }
          return number;
        },
        sometime);
  }

  @Test
  void handsOnInOrderAndBoundsWhatIsUnderWay() {
    List<Integer> done = new ArrayList<>();
    List<Integer> all = IntStream.range(0, MANY).boxed().toList();
    Transferred.each(all, number -> transfer(number, -1), done::add);

    assertThat(done.equals(all)).isTrue();
    assertThat(Collections.max(peaks)).isLessThanOrEqualTo(1_000);
  }

  @Test
  void failsAsTheTransferDidOnceNoneIsUnderWay() {
    List<Integer> done = new ArrayList<>();
    List<Integer> all = IntStream.range(0, MANY).boxed().toList();
    assertThatThrownBy(() -> Transferred.each(all, number -> transfer(number, 777), done::add))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("transfer 777");

    assertThat(done).hasSize(777);
    assertThat(underWay).hasValue(0);
  }
}
