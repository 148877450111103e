package dev.tidemark.job.ledger;

import dev.tidemark.job.settings.Settings;

/** The ledger of a job's sink: with the rows where the sink has transactions, else an object. */
public final class Ledgers {
  private Ledgers() {}

  /** Not connected yet. */
  public static Ledger of(Settings settings) {
    return settings.definition().sink().jdbc() == null
        ? new ObjectLedger(settings)
        : new PostgresLedger(settings);
  }
}
