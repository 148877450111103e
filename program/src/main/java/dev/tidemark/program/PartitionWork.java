package dev.tidemark.program;

import java.io.Serializable;
import java.sql.Connection;
import java.util.Iterator;

/**
 * Writes what became of the records of one topic partition in one batch. Runs where the partition's
 * task runs, so it must be serializable, as every function given to Spark.
 */
@FunctionalInterface
public interface PartitionWork<T> extends Serializable {
  /**
   * Writes. Whatever is thrown rolls the transaction back, and the batch is run again.
   *
   * @param records possibly none
   * @param connection in a transaction that moves the ledger as well; it is committed, rolled back
   *     and closed by Tidemark alone
   */
  void write(Iterator<T> records, Connection connection) throws Exception;
}
