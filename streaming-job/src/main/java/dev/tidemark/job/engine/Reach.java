package dev.tidemark.job.engine;

import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.ledger.Skipped;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.source.KafkaView;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Whether Kafka still holds what a run is to read. */
final class Reach {
  private Reach() {}

  /** True when the user would rather go on than be asked about records that are gone. */
  static boolean skips(Settings settings) {
    return settings.runtime().source().onOffsetsExpired().equals("SkipToEarliest");
  }

  /**
   * What it holds no more, of partitions it knows.
   *
   * @param until per partition the first offset to be read
   * @return empty unless the user wants to do without
   * @throws Trouble {@code OffsetsExpired}, {@code TopicRecreated}
   */
  static List<Skipped> expired(Settings settings, Map<Partition, Long> until, KafkaView view) {
    List<Skipped> expired = new ArrayList<>();
    until.forEach(
        (partition, offset) -> {
          long earliest = view.earliest().getOrDefault(partition, offset);
          long latest = view.latest().getOrDefault(partition, offset);
          if (offset > latest) {
            throw new Trouble(
                Reason.TopicRecreated,
                "the ledger stands at offset "
                    + offset
                    + " of "
                    + partition
                    + ", but Kafka ends at "
                    + latest
                    + ": the topic was truncated or is another one. Use a new checkpoint path and table to begin anew");
          }
          if (offset < earliest) {
            expired.add(new Skipped(partition, offset, earliest));
          }
        });
    if (!expired.isEmpty() && !skips(settings)) {
      throw new Trouble(
          Reason.OffsetsExpired,
          "Kafka no longer holds "
              + expired.get(0)
              + (expired.size() > 1 ? " (and of " + (expired.size() - 1) + " more partitions)" : "")
              + "; these records are lost to this job. Restore them in the topic, or set source.onOffsetsExpired to"
              + " SkipToEarliest to go on at the oldest record left");
    }
    return expired;
  }
}
