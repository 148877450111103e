package dev.tidemark.job.engine;

import dev.tidemark.job.progress.LeaseTurn;
import dev.tidemark.job.supervise.Journal;
import java.io.IOException;
import java.util.Optional;

/** What a driver that was made to follow another waits for: its turn, or the wish to stop. */
final class Turn {
  /** One small read of the API server each time, and only while one driver follows another. */
  private static final long LOOK_MILLIS = 200;

  private final LeaseTurn lease;
  private final Journal journal;
  private LeaseTurn.Given given;

  Turn(LeaseTurn lease, Journal journal) {
    this.lease = lease;
    this.journal = journal;
  }

  /** True when there is nothing to wait for any more. */
  boolean due() throws IOException, InterruptedException {
    if (given == null) {
      given = lease.look().orElse(null);
    }
    return given != null || journal.stopAsked();
  }

  /** Waits; empty when the pod is to leave without ever having been the driver. */
  Optional<LeaseTurn.Given> await() throws IOException, InterruptedException {
    while (!due()) {
      Thread.sleep(LOOK_MILLIS);
    }
    return Optional.ofNullable(given);
  }
}
