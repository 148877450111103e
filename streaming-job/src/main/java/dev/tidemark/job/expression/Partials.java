package dev.tidemark.job.expression;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
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
  private final GroupProbe probe = new GroupProbe();
  private Iterator<Map.Entry<GroupProbe, InternalRow>> entries;
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
    if (entries == null) {
      aggregator = aggregation.borrow();
      entries = Analysis.within(this::read).entrySet().iterator();
    }
    if (entries.hasNext()) {
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
    if (!entries.hasNext()) {
      markGiven = true;
      return new Tuple2<>(markKey, new Mark(mark, late).bytes());
    }
    Map.Entry<GroupProbe, InternalRow> entry = entries.next();
    return new Tuple2<>(entry.getKey().key(), aggregator.bytes(entry.getValue()));
  }

  private Map<GroupProbe, InternalRow> read() {
    Map<GroupProbe, InternalRow> buffers = new HashMap<>();
    while (rows.hasNext()) {
      InternalRow row = rows.next();
      seen++;
      UnsafeRow group = aggregator.group(row);
      if (aggregation.windowed()) {
        windows(buffers, group, row);
      } else {
        count(buffers, group, StateKey.NO_WINDOW, row);
      }
    }
    return buffers;
  }

  /** A row counts in every window it lies in, unless its partition's time has passed that one. */
  private void windows(Map<GroupProbe, InternalRow> buffers, UnsafeRow group, InternalRow row) {
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
        count(buffers, group, start, row);
      }
    }
    late += missed ? 1 : 0;
    mark = Math.max(mark, time);
  }

  private void count(
      Map<GroupProbe, InternalRow> buffers, UnsafeRow group, long window, InternalRow row) {
    InternalRow known = buffers.get(probe.pointTo(group, window));
    if (known == null) {
      known = aggregator.buffers();
      buffers.put(probe.copy(), known);
    }
    aggregator.update(known, row);
  }
}
