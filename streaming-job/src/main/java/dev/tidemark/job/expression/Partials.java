package dev.tidemark.job.expression;

import java.util.Iterator;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeRow;
import scala.Tuple2;

/**
 * What the rows of one range add to the state, a value per key; with windows the partition's mark
 * comes last. Everything is read at the first question.
 */
public final class Partials implements Iterator<Tuple2<StateKey, byte[]>> {
  private final Aggregation aggregation;
  private final Rows rows;
  private final StateKey markKey;
  private long mark;
  private long late;
  private long seen;
  private Aggregator aggregator;
  private Groups groups;
  private int given;
  private boolean markGiven;

  Partials(Aggregation aggregation, Rows rows, StateKey markKey, long mark) {
    this.aggregation = aggregation;
    this.rows = rows;
    this.markKey = markKey;
    this.mark = mark;
  }

  /** How many records were read. */
  public long records() {
    return rows.records();
  }

  @Override
  public boolean hasNext() {
    if (groups == null) {
      aggregator = aggregation.borrow();
      groups = Analysis.within(this::read);
    }
    if (given < groups.size()) {
      return true;
    }
    if (aggregator != null) {
      aggregation.release(aggregator, seen);
      aggregator = null;
    }
    return aggregation.windowed() && seen > 0 && !markGiven;
  }

  @Override
  public Tuple2<StateKey, byte[]> next() {
    if (!hasNext()) {
      throw new java.util.NoSuchElementException();
    }
    if (given == groups.size()) {
      markGiven = true;
      return new Tuple2<>(markKey, new Mark(mark, late).bytes());
    }
    Tuple2<StateKey, byte[]> next = new Tuple2<>(groups.key(given), groups.value(given));
    given++;
    return next;
  }

  private Groups read() {
    Groups read = new Groups(aggregator);
    while (rows.hasNext()) {
      InternalRow row = rows.next();
      seen++;
      UnsafeRow group = aggregator.group(row);
      if (aggregation.windowed()) {
        windows(read, group, row);
      } else {
        aggregator.update(read.buffers(group, StateKey.NO_WINDOW), row);
      }
    }
    return read;
  }

  /** A row counts in every window it lies in, unless its partition's time has passed that one. */
  private void windows(Groups read, UnsafeRow group, InternalRow row) {
    Long time = aggregator.time(row);
    if (time == null) {
      late++;
      return;
    }
    long slide = 1000 * aggregation.window().slideMillis();
    long length = 1000 * aggregation.window().lengthMillis();
    boolean missed = false;
    for (long start = Math.floorDiv(time, slide) * slide; start > time - length; start -= slide) {
      if (aggregation.isOver(start, mark)) {
        missed = true;
      } else {
        aggregator.update(read.buffers(group, start), row);
      }
    }
    late += missed ? 1 : 0;
    mark = Math.max(mark, time);
  }
}
