package dev.tidemark.job.ledger;

import dev.tidemark.job.settings.Settings;

/**
 * The ledger of a job's sink: with the results where the sink has transactions, else an object.
 * After a change of the sink it may first have to be handed over.
 */
public final class Ledgers {
  private Ledgers() {}

  /** Not connected yet. */
  public static Ledger of(Settings settings) {
    Ledger now = now(settings);
    return settings.sinkBefore() == null ? now : new MovedLedger(now, () -> before(settings));
  }

  private static Ledger now(Settings settings) {
    Settings.Sink sink = settings.definition().sink();
    if (sink.jdbc() != null) {
      return new PostgresLedger(sink.jdbc(), owner(settings));
    }
    if (sink.s3() != null) {
      return FilesLedger.at(sink.s3(), settings);
    }
    return sink.kafka() != null ? new GroupLedger(settings) : new ObjectLedger(settings);
  }

  /** Who writes from a checkpoint path: what stays the same when the owner record is lost. */
  public static String owner(Settings settings) {
    Settings.Job job = settings.job();
    return job.cluster()
        + "/"
        + job.namespace()
        + "/"
        + job.name()
        + " "
        + settings.runtime().checkpoint().path();
  }

  private static Ledger before(Settings settings) {
    Settings.Place jdbc = settings.sinkBefore().jdbc();
    if (jdbc != null) {
      return PostgresLedger.before(new Settings.Jdbc(jdbc.url(), jdbc.table(), false, "Append"));
    }
    if (settings.sinkBefore().s3() != null) {
      return FilesLedger.at(settings.sinkBefore().s3(), settings);
    }
    return settings.sinkBefore().kafka() != null
        ? new GroupLedger(settings)
        : new ObjectLedger(settings);
  }
}
