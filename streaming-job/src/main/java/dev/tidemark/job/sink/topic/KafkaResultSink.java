package dev.tidemark.job.sink.topic;

import dev.tidemark.job.ledger.DueRule;
import dev.tidemark.job.ledger.GroupLedger;
import dev.tidemark.job.ledger.GroupMember;
import dev.tidemark.job.ledger.GroupName;
import dev.tidemark.job.ledger.GroupPosition;
import dev.tidemark.job.ledger.PartitionRange;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.sink.Line;
import dev.tidemark.job.sink.Part;
import dev.tidemark.job.sink.ResultSink;
import dev.tidemark.job.sink.Staged;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;

/**
 * Results of whole batches into a topic. A transaction is one producer's, so tasks hand their lines
 * to the driver, which writes a batch in one transaction together with all offsets. Readers of
 * committed records see all of a batch or nothing; a later result of a key follows the one before
 * in the key's partition.
 */
public final class KafkaResultSink implements ResultSink, AutoCloseable {
  private final String jobId;
  private final long epoch;
  private final TopicLines lines;
  private final GroupLedger ledger;
  private final TopicTransaction transaction;

  /**
   * Nothing is asked yet.
   *
   * @param place of the driver in the group; null in a task, which commits nothing
   */
  public KafkaResultSink(
      Settings settings, String jobId, long epoch, TopicLines lines, GroupMember.Proof place) {
    this.jobId = jobId;
    this.epoch = epoch;
    this.lines = lines;
    this.ledger = new GroupLedger(settings);
    this.transaction =
        new TopicTransaction(
            settings, GroupName.of(settings).batches(), place, () -> ledger.require(jobId, epoch));
  }

  @Override
  public void open() {
    transaction.begin();
    ledger.require(jobId, epoch);
  }

  @Override
  public Staged stage(long batch, Part part, Iterator<InternalRow> rows) {
    List<Line> staged = new ArrayList<>();
    lines.all(rows).forEachRemaining(staged::add);
    return new Staged(part.attempt(), staged.size(), staged);
  }

  @Override
  public boolean commit(long batch, List<Staged> staged, List<PartitionRange> ranges) {
    transaction.begin();
    GroupPosition at =
        ledger.require(jobId, epoch, ranges.stream().map(PartitionRange::partition).toList());
    if (!DueRule.isDue(ranges, at.until())) {
      return false;
    }
    // Offsets that stay are sent as well: it is they that a run without the place is refused.
    Iterator<Line> all = staged.stream().flatMap(part -> part.lines().stream()).iterator();
    transaction.run(all, at.moved(PartitionRange.ends(ranges)).offsets());
    return true;
  }

  @Override
  public void close() {
    transaction.close();
    ledger.close();
  }
}
