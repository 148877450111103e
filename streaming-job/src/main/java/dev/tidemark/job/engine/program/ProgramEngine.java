package dev.tidemark.job.engine.program;

import dev.tidemark.job.engine.Begun;
import dev.tidemark.job.engine.Output;
import dev.tidemark.job.engine.Prepared;
import dev.tidemark.job.engine.SparkEngine;
import dev.tidemark.job.engine.Start;
import dev.tidemark.job.owner.OwnerRecord;
import dev.tidemark.job.settings.Settings;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a program of the user's own: it says what is made of the records, its stream begins at the
 * ledger, and the outputs it calls are those of the run, with its gate and its latch.
 */
public final class ProgramEngine implements SparkEngine {
  private static final Logger LOG = LoggerFactory.getLogger(ProgramEngine.class);

  private final Settings settings;

  /** For one run. */
  public ProgramEngine(Settings settings) {
    this.settings = settings;
  }

  @Override
  public void look(OwnerRecord before, Executor pool) {
    // The ledger is all it goes on from.
  }

  @Override
  public Begun begin(Start start) {
    Prepared prepared = start.prepared();
    long epoch = prepared.owner().lastEpoch();
    int revision = prepared.owner().revision();
    LOG.info(
        "epoch {} of revision {} calls {}", epoch, revision, settings.definition().application());
    start.progress().recovering(revision, epoch, prepared.first() ? null : "Ledger", 0);
    ProgramHost host =
        new ProgramHost(prepared, start.spark().sc(), prepared.owner().jobId(), epoch);
    return new Begun(
        (time, ranges, committed) -> Output.Outcome.NOTHING,
        () -> new ProgramRun(settings.definition().application(), host),
        Optional.empty());
  }
}
