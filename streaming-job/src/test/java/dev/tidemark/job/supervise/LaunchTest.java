package dev.tidemark.job.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LaunchTest {

  @Test
  void theLineSaysWhichJvmItIsAndHowTheOneBeforeEnded() throws IOException {
    Launch launch = awaited("3 OutOfMemory 2026-11-28T03:28:24.734Z\n").orElseThrow();
    assertThat(launch.restartsInPod()).isEqualTo(2);
    assertThat(launch.before())
        .contains(new Launch.LastEnd("OutOfMemory", Instant.parse("2026-11-28T03:28:24.734Z")));
  }

  @Test
  void aTimeThatIsNoneHidesTheEndAndNothingElse() throws IOException {
    Launch launch = awaited("2 JvmCrashed yesterday\n").orElseThrow();
    assertThat(launch.number()).isEqualTo(2);
    assertThat(launch.before()).isEmpty();
  }

  @Test
  void withoutALineItWasNeverNeeded() throws IOException {
    assertThat(awaited("")).isEmpty();
  }

  private static Optional<Launch> awaited(String line) throws IOException {
    return Launch.awaited(new ByteArrayInputStream(line.getBytes(StandardCharsets.UTF_8)));
  }
}
