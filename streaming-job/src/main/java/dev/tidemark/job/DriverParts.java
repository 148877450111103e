package dev.tidemark.job;

import dev.tidemark.job.engine.Parts;
import dev.tidemark.job.engine.Runs;
import dev.tidemark.job.engine.SparkEngine;
import dev.tidemark.job.engine.StopRequest;
import dev.tidemark.job.engine.dstream.DStreamEngine;
import dev.tidemark.job.engine.leased.LeasedRuns;
import dev.tidemark.job.engine.program.ProgramEngine;
import dev.tidemark.job.engine.structured.StructuredEngine;
import dev.tidemark.job.expression.Aggregation;
import dev.tidemark.job.expression.Pipeline;
import dev.tidemark.job.expression.Selection;
import dev.tidemark.job.ledger.GroupMember;
import dev.tidemark.job.ledger.Ledger;
import dev.tidemark.job.ledger.Ledgers;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.owner.Ownership;
import dev.tidemark.job.owner.S3Ownership;
import dev.tidemark.job.progress.LeaseHold;
import dev.tidemark.job.progress.Progress;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.sink.ResultSinks;
import dev.tidemark.job.sink.RowSinks;
import dev.tidemark.job.supervise.Journal;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The real parts of a driver. */
final class DriverParts implements Parts {
  private static final Logger LOG = LoggerFactory.getLogger(DriverParts.class);

  @Override
  public Ledger ledger(Settings settings) {
    return Ledgers.of(settings);
  }

  @Override
  public Ownership ownership(Settings settings) {
    return new S3Ownership(settings);
  }

  @Override
  public SparkEngine engine(Settings settings) {
    if (settings.definition().application() != null) {
      return new ProgramEngine(settings);
    }
    return settings.definition().structured()
        ? new StructuredEngine(settings)
        : new DStreamEngine(settings);
  }

  @Override
  public Runs leased(
      Settings settings,
      Progress progress,
      StopRequest stop,
      Journal journal,
      Optional<LeaseHold> hold) {
    return new LeasedRuns(settings, ownership(settings), progress, stop, journal, hold);
  }

  @Override
  public RowSinks sinks() {
    return new JobRowSinks(GroupMember.current());
  }

  @Override
  public ResultSinks results() {
    return new JobResultSinks();
  }

  @Override
  public void warm(Settings settings) {
    try {
      Settings.Definition of = settings.definition();
      if (of.rows()) {
        Pipeline.compile(Selection.of(of));
      } else if (of.aggregate() != null) {
        Aggregation.compile(Selection.of(of), of.aggregate());
      }
    } catch (Trouble e) {
      LOG.debug("the first batch will say: {}", e.getMessage());
    }
  }
}
