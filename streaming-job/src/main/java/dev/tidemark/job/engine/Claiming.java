package dev.tidemark.job.engine;

import dev.tidemark.job.engine.Output.Outcome;
import dev.tidemark.job.ledger.Claim;
import dev.tidemark.job.ledger.PartitionRange;
import dev.tidemark.job.sink.ResultSink;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A batch written as the sink claims it: in one piece, or first what an earlier run has left open
 * and then what remains.
 */
final class Claiming {
  private Claiming() {}

  /**
   * Writes all of a batch.
   *
   * @param ranges of which nothing is known to be committed
   * @param each stages a claim and commits it
   */
  static Outcome write(
      ResultSink sink, long time, List<PartitionRange> ranges, Function<Claim, Outcome> each) {
    Outcome done = Outcome.NOTHING;
    List<PartitionRange> left = ranges;
    while (left.stream().anyMatch(range -> range.until() > range.from())) {
      Optional<Claim> claim = sink.claim(time, left);
      if (claim.isEmpty()) {
        return done;
      }
      done = done.and(each.apply(claim.get()));
      left = Output.notCommitted(left, PartitionRange.ends(claim.get().ranges()));
    }
    return done;
  }
}
