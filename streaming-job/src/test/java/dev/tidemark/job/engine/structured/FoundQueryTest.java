package dev.tidemark.job.engine.structured;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.job.ledger.LedgerState.Partition;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where a ledger may stand for a query to be gone on with: batch 4 reads 10 to 20 and 30 to 40. */
class FoundQueryTest {
  private static final Partition ZERO = new Partition("events", 0);
  private static final Partition ONE = new Partition("events", 1);

  @ParameterizedTest(name = "ledger {0}, {1}; done {2}; whole {3}: {4}")
  @CsvSource({
    // at its end, whether Spark knows that or not
    "20, 40, true,  true,  fits",
    "20, 40, false, true,  fits",
    "20, 40, false, false, fits",
    // at its beginning: it is still to be committed
    "10, 30, false, true,  fits",
    "10, 30, false, false, fits",
    "10, 30, true,  true,  'its batch 4 reads events-'",
    "10, 30, true,  false, 'its batch 4 reads events-'",
    // one partition committed, the other not
    "20, 30, false, false, fits",
    "20, 30, false, true,  'in the middle of its batch 4'",
    "15, 35, false, false, fits",
    "15, 35, false, true,  'in the middle of its batch 4'",
    // the database went back, or another query went on
    "9,  30, false, false, 'its batch 4 reads events-0 from 10 to 20, and the ledger stands at 9'",
    "21, 40, true,  true,  'and the ledger stands at 21'",
    "20, 41, false, false, 'and the ledger stands at 41'",
    // a topic that is no longer read
    "20,   , true,  true,  'which the topics no longer have'",
  })
  void decides(Long zero, Long one, boolean done, boolean whole, String expected) {
    FoundQuery query =
        new FoundQuery("q", 4, 2, Map.of(ZERO, 10L, ONE, 30L), Map.of(ZERO, 20L, ONE, 40L), done);
    Map<Partition, Long> ledger = one == null ? Map.of(ZERO, zero) : Map.of(ZERO, zero, ONE, one);
    assertDecides(query.unfit(ledger, whole).orElse("fits"), expected);
  }

  /** It began where the ledger was: nobody has written down where. */
  @ParameterizedTest(name = "ledger {0}, {1}; done {2}; whole {3}: {4}")
  @CsvSource({
    "20, 40, true,  true,  fits",
    "20, 40, false, true,  fits",
    "7,  33, false, true,  fits",
    "7,  40, false, false, fits",
    "7,  40, true,  false, 'and the ledger stands at 7'",
    "21, 40, false, true,  'and the ledger stands at 21'",
  })
  void decidesOfTheFirstBatch(Long zero, Long one, boolean done, boolean whole, String expected) {
    FoundQuery query = new FoundQuery("q", 0, 2, null, Map.of(ZERO, 20L, ONE, 40L), done);
    assertDecides(query.unfit(Map.of(ZERO, zero, ONE, one), whole).orElse("fits"), expected);
  }

  /** A partition that was added since has not been read by any batch. */
  @ParameterizedTest
  @CsvSource({"0", "17"})
  void anAddedPartitionIsNoObstacle(long added) {
    FoundQuery query = new FoundQuery("q", 4, 2, Map.of(ZERO, 10L), Map.of(ZERO, 20L), true);
    assertThat(query.unfit(Map.of(ZERO, 20L, ONE, added), true)).isEmpty();
  }

  private static void assertDecides(String said, String expected) {
    if (expected.equals("fits")) {
      assertThat(said).isEqualTo(expected);
    } else {
      assertThat(said).contains(expected);
    }
  }
}
