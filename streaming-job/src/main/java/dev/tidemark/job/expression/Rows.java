package dev.tidemark.job.expression;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.spark.sql.catalyst.InternalRow;

/**
 * The rows a pipeline makes of records, with where in the topic it stands. Not for several threads.
 */
public final class Rows implements Iterator<InternalRow> {

  private final Iterator<InternalRow> rows;
  private final Malformed malformed;
  private final LongConsumer whenDone;
  private ConsumerRecord<byte[], byte[]> current;
  private long records;
  private long offset = -1;
  private boolean done;

  Rows(
      Iterator<ConsumerRecord<byte[], byte[]>> source,
      boolean[] used,
      Program program,
      Malformed malformed,
      LongConsumer whenDone) {
    this.malformed = malformed;
    this.whenDone = whenDone;
    this.rows = program.over(new Source(source, used), () -> current, malformed);
  }

  @Override
  public boolean hasNext() {
    if (done) {
      return false;
    }
    if (rows.hasNext()) {
      return true;
    }
    done = true;
    malformed.end();
    whenDone.accept(records);
    return false;
  }

  @Override
  public InternalRow next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    InternalRow row = rows.next();
    offset = current.offset();
    return row;
  }

  /** The offset of the record the last row was made of. */
  public long offset() {
    return offset;
  }

  /** How many records were read so far. */
  public long records() {
    return records;
  }

  private final class Source implements Iterator<InternalRow> {
    private final Iterator<ConsumerRecord<byte[], byte[]>> source;
    private final boolean[] used;

    Source(Iterator<ConsumerRecord<byte[], byte[]>> source, boolean[] used) {
      this.source = source;
      this.used = used;
    }

    @Override
    public boolean hasNext() {
      return source.hasNext();
    }

    @Override
    public InternalRow next() {
      current = source.next();
      records++;
      return Columns.row(current, used);
    }
  }
}
