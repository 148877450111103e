package dev.tidemark.job.sink;

import dev.tidemark.job.ledger.DueRule;
import dev.tidemark.job.ledger.ObjectLedger;
import dev.tidemark.job.ledger.PartitionRange;
import dev.tidemark.job.settings.Settings;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.StructType;

/**
 * Prints rows to the driver's log, a line of JSON each, then moves the ledger. What the ledger
 * holds is never printed again; the batch in hand when a driver dies may be printed twice, since
 * nothing can print and commit in one step.
 */
public final class LogSink implements ResultSink {
  /** Of each task and batch: the driver holds them all, and nobody reads more. */
  static final int MOST_LINES = 1_000;

  private final String jobId;
  private final long epoch;
  private final RowJson json;
  private final ObjectLedger ledger;

  /** Nothing is read yet. */
  public LogSink(Settings settings, String jobId, long epoch, StructType schema) {
    this.jobId = jobId;
    this.epoch = epoch;
    this.json = new RowJson(schema);
    this.ledger = new ObjectLedger(settings);
  }

  @Override
  public void open() {
    ledger.require(jobId, epoch);
  }

  @Override
  public Staged stage(long batch, Part part, Iterator<InternalRow> rows) {
    List<Line> lines = new ArrayList<>();
    long count = 0;
    while (rows.hasNext()) {
      InternalRow row = rows.next();
      if (count++ < MOST_LINES) {
        lines.add(new Line(null, json.text(row)));
      }
    }
    return new Staged(part.attempt(), count, lines);
  }

  @Override
  public boolean commit(long batch, List<Staged> staged, List<PartitionRange> ranges) {
    if (!DueRule.isDue(ranges, ledger.require(jobId, epoch))) {
      return false;
    }
    print(batch, staged);
    if (ranges.stream().anyMatch(range -> range.until() > range.from())) {
      ledger.move(jobId, epoch, PartitionRange.ends(ranges));
    }
    return true;
  }

  @SuppressWarnings("SystemOut") // printing is what this sink is for
  private static void print(long batch, List<Staged> staged) {
    long rows = staged.stream().mapToLong(Staged::rows).sum();
    if (rows == 0) {
      return;
    }
    StringBuilder text = new StringBuilder();
    text.append("-- batch ").append(Instant.ofEpochMilli(batch)).append(", rows: ").append(rows);
    text.append('\n');
    long shown = 0;
    for (Staged part : staged) {
      part.lines().forEach(line -> text.append(line).append('\n'));
      shown += part.lines().size();
    }
    if (shown < rows) {
      text.append("-- and ").append(rows - shown).append(" more that are not printed\n");
    }
    System.out.print(text);
    System.out.flush();
  }
}
