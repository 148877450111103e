package dev.tidemark.job.engine;

import dev.tidemark.job.ledger.Ledger;
import dev.tidemark.job.owner.Ownership;
import dev.tidemark.job.progress.LeaseHold;
import dev.tidemark.job.progress.Progress;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.sink.ResultSinks;
import dev.tidemark.job.sink.RowSinks;
import dev.tidemark.job.supervise.Journal;
import java.util.Optional;

/** What the engine needs from other rooms; {@code Main} joins them, tests bring their own. */
public interface Parts {
  /** A ledger of the job's sink; may connect only at the first question. */
  Ledger ledger(Settings settings);

  /** The owner record of the job's checkpoint path. */
  Ownership ownership(Settings settings);

  /** What decides on the batches of the next run. */
  SparkEngine engine(Settings settings);

  /**
   * The runs of a program that is fenced by its Lease.
   *
   * @param hold that Lease; empty outside of a cluster
   */
  Runs leased(
      Settings settings,
      Progress progress,
      StopRequest stop,
      Journal journal,
      Optional<LeaseHold> hold);

  /** How tasks open the job's sink; asked once an epoch was taken. */
  RowSinks sinks();

  /** How the results of an aggregate reach the job's sink. */
  ResultSinks results();

  /**
   * Loads and compiles what the first batch would otherwise have to, in a thread of its own; never
   * throws.
   */
  void warm(Settings settings);
}
