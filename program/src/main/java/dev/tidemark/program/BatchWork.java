package dev.tidemark.program;

import java.sql.Connection;
import java.util.List;

/** Writes the results of one batch. Runs in the driver. */
@FunctionalInterface
public interface BatchWork<T> {
  /**
   * Writes. Whatever is thrown rolls the transaction back, and the batch is run again.
   *
   * @param results of the whole batch
   * @param connection in a transaction that moves the ledger as well; it is committed, rolled back
   *     and closed by Tidemark alone
   */
  void write(List<T> results, Connection connection) throws Exception;
}
