package dev.tidemark.operator.kubernetes.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FiguresPaceTest {

  @ParameterizedTest
  @CsvSource({"0, 30", "1, 30", "300, 30", "301, 30.1", "1000, 100", "10000, 1000"})
  void atMostTenWritesASecond(int jobs, double seconds) {
    assertThat(FiguresPace.of(jobs, false)).isEqualTo(Duration.ofMillis((long) (seconds * 1000)));
  }

  @ParameterizedTest
  @CsvSource({"0, 30", "30, 30", "31, 31", "1000, 1000"})
  void ofIdleJobsAtMostOne(int jobs, int seconds) {
    assertThat(FiguresPace.of(jobs, true)).isEqualTo(Duration.ofSeconds(seconds));
  }

  @Test
  void theJobsAreNotCountedEachTime() {
    AtomicInteger counted = new AtomicInteger();
    FiguresPace pace =
        new FiguresPace(
            () -> 1000 * counted.incrementAndGet(), Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));
    assertThat(pace.every(false)).isEqualTo(Duration.ofSeconds(100));
    assertThat(pace.every(true)).isEqualTo(Duration.ofSeconds(1000));
    assertThat(counted).hasValue(1);
  }
}
