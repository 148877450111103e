package dev.tidemark.job.ledger;

import dev.tidemark.job.kafka.Brokers;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.errors.ConcurrentTransactionsException;

/** Transactions that earlier runs may have left open at the brokers. */
final class EarlierTransactions {
  private static final Duration ENDING = Duration.ofSeconds(15);
  private static final Duration LOOK = Duration.ofMillis(20);

  private final Brokers brokers;

  EarlierTransactions(Brokers brokers) {
    this.brokers = brokers;
  }

  /**
   * Aborts what is open under these ids, and lets nobody go on under them who began before.
   *
   * @throws Trouble {@code KafkaUnavailable} when that takes too long
   */
  void end(Set<String> transactions) {
    long end = System.nanoTime() + ENDING.toNanos();
    Set<String> left = stillEnding(transactions);
    while (!left.isEmpty()) {
      if (System.nanoTime() > end) {
        throw new Trouble(
            Reason.KafkaUnavailable,
            "transactions of earlier runs do not come to their end: " + String.join(", ", left));
      }
      LockSupport.parkNanos(LOOK.toNanos()); // brokers tell nobody when one has ended
      left = stillEnding(left);
    }
  }

  /** The first request of an open transaction begins to abort it, and is not answered by more. */
  private Set<String> stillEnding(Set<String> transactions) {
    Set<String> ending = new HashSet<>();
    brokers
        .admin()
        .fenceProducers(transactions)
        .fencedProducers()
        .forEach(
            (id, done) -> {
              try {
                brokers.await(done);
              } catch (Trouble e) {
                if (!e.isFrom(ConcurrentTransactionsException.class)) {
                  throw e;
                }
                ending.add(id);
              }
            });
    return ending;
  }
}
