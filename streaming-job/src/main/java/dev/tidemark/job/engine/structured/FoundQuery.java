package dev.tidemark.job.engine.structured;

import dev.tidemark.job.ledger.LedgerState.Partition;
import java.util.Map;
import java.util.Optional;

/**
 * The checkpoint of a query, as its logs tell: the newest batch that was begun.
 *
 * @param batch its number
 * @param partitions into how many parts the query's state is split
 * @param from where it begins; null for the first batch of a query, which begins where the ledger
 *     was
 * @param until where it ends
 * @param done true when Spark knows that it was committed
 */
record FoundQuery(
    String path,
    long batch,
    int partitions,
    Map<Partition, Long> from,
    Map<Partition, Long> until,
    boolean done) {

  /**
   * Why a run cannot go on with it, as a sentence; empty when it can. A batch is logged before it
   * is run and committed in the ledger before Spark is told, so the ledger stands at the end of the
   * newest batch, or at its beginning.
   *
   * @param ledger per partition that is to be read the first offset not yet committed
   * @param whole true when a batch is committed in all partitions at once
   */
  Optional<String> unfit(Map<Partition, Long> ledger, boolean whole) {
    boolean atEnd = true;
    boolean atBeginning = true;
    for (Map.Entry<Partition, Long> end : until.entrySet()) {
      Partition partition = end.getKey();
      Long stands = ledger.get(partition);
      if (stands == null) {
        return Optional.of("it reads " + partition + ", which the topics no longer have");
      }
      long least = done ? end.getValue() : from == null ? 0 : from.getOrDefault(partition, 0L);
      if (stands > end.getValue() || stands < least) {
        return Optional.of(
            "its batch %d reads %s from %d to %d, and the ledger stands at %d"
                .formatted(batch, partition, least, end.getValue(), stands));
      }
      atEnd &= stands.equals(end.getValue());
      atBeginning &= from == null || stands == least;
    }
    return whole && !atEnd && !atBeginning
        ? Optional.of("the ledger stands in the middle of its batch " + batch)
        : Optional.empty();
  }
}
