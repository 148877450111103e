package dev.tidemark.job.engine;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/** What Spark writes of a run by itself, batch after batch, to go on from. */
public interface RunCheckpoints {
  /** When this run has written the newest one; empty before its first. */
  Optional<Instant> newest() throws IOException;

  /** Drops what no recovery will need; called once this run has written one of its own. */
  void prune() throws IOException;
}
