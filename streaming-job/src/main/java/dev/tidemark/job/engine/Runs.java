package dev.tidemark.job.engine;

import dev.tidemark.job.outcome.Trouble;
import java.util.Optional;

/** The runs of a driver, one after the other. */
public interface Runs {
  /**
   * One run from its start to its end.
   *
   * @param preferLedger true when the checkpoint is not to be trusted after failures
   * @return why it ended; empty when the next run is simply to begin
   */
  Optional<Trouble> once(boolean preferLedger) throws InterruptedException;

  /** True while results may come. */
  boolean ready();

  /** True when the last run got as far as letting batches commit. */
  boolean opened();

  /** Whether the sink can be reached, whatever it may say then. */
  boolean sinkAnswers();

  /** True when a failed run may be followed by another one of the same JVM. */
  boolean repeatable();
}
