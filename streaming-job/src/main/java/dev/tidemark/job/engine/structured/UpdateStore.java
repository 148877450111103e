package dev.tidemark.job.engine.structured;

import dev.tidemark.job.engine.CompactStateMap;
import dev.tidemark.job.engine.Computation;
import dev.tidemark.job.engine.Marks;
import dev.tidemark.job.engine.Result;
import dev.tidemark.job.expression.Aggregation;
import dev.tidemark.job.expression.StateKey;
import java.io.Serializable;
import java.util.NoSuchElementException;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.catalyst.expressions.UnsafeRow;
import org.apache.spark.sql.execution.streaming.state.StateStore;
import org.apache.spark.sql.execution.streaming.state.UnsafeRowPair;
import scala.Tuple2;
import scala.collection.Iterator;
import scala.runtime.AbstractFunction2;

/**
 * A batch in one part of the state: what it brings is merged in, windows whose time has come are
 * let go of, and what has changed are the results. The next version is there once all of them were
 * taken.
 */
final class UpdateStore extends AbstractFunction2<StateStore, Iterator<Object>, Iterator<Result>>
    implements Serializable {
  private static final long serialVersionUID = 1L;

  private final Computation computation;
  private final long closed;
  private final boolean closes;

  /**
   * For one batch.
   *
   * @param closed up to where windows are closed, microseconds; {@link Marks#NEVER} for none
   * @param closes false when the batch before has closed all of these
   */
  UpdateStore(Computation computation, long closed, boolean closes) {
    this.computation = computation;
    this.closed = closed;
    this.closes = closes && closed != Marks.NEVER;
  }

  /**
   * The results.
   *
   * @param input pairs of {@link StateKey} and {@code byte[]}; before them a {@link
   *     CompactStateMap} to begin with, if the store is new
   */
  @Override
  public Iterator<Result> apply(StateStore store, Iterator<Object> input) {
    TaskContext.get()
        .addTaskCompletionListener(
            (org.apache.spark.util.TaskCompletionListener)
                done -> {
                  if (!store.hasCommitted()) {
                    store.abort();
                  }
                });
    return new Results(store, input);
  }

  private final class Results extends scala.collection.AbstractIterator<Result> {
    private final StateStore store;
    private final Iterator<Object> input;
    private final StateRows rows = new StateRows();
    private final Aggregation aggregation = computation.compiled();
    private Iterator<UnsafeRowPair> open;
    private Result next;

    Results(StateStore store, Iterator<Object> input) {
      this.store = store;
      this.input = input;
    }

    @Override
    public boolean hasNext() {
      while (next == null && input.hasNext()) {
        take(input.next());
      }
      while (next == null && closes && !store.hasCommitted() && open().hasNext()) {
        letGo(open().next());
      }
      if (next == null && !store.hasCommitted()) {
        var unused = store.commit();
      }
      return next != null;
    }

    private Iterator<UnsafeRowPair> open() {
      if (open == null) {
        open = store.iterator();
      }
      return open;
    }

    @SuppressWarnings("unchecked") // there is nothing else in the input
    private void take(Object element) {
      if (element instanceof CompactStateMap before) {
        before
            .all()
            .forEachRemaining(entry -> store.put(rows.key(entry._1()), rows.value(entry._2())));
      } else {
        Tuple2<StateKey, byte[]> brought = (Tuple2<StateKey, byte[]>) element;
        merge(brought._1(), brought._2());
      }
    }

    private void merge(StateKey key, byte[] brought) {
      UnsafeRow row = rows.key(key);
      UnsafeRow before = store.get(row);
      byte[] value =
          before == null ? brought : aggregation.merge(key, before.getBinary(0), brought);
      boolean isFinal = !key.isMark() && isClosed(key);
      if (isFinal) {
        store.remove(row);
      } else {
        store.put(row, rows.value(value));
      }
      next = new Result(key, value, isFinal);
    }

    private void letGo(UnsafeRowPair entry) {
      StateKey key = StateRows.key(entry.key());
      if (!key.isMark() && isClosed(key)) {
        next = new Result(key, entry.value().getBinary(0), true);
        store.remove(entry.key());
      }
    }

    private boolean isClosed(StateKey key) {
      return key.window() != StateKey.NO_WINDOW
          && closed != Marks.NEVER
          && aggregation.closed(key, closed);
    }

    @Override
    public Result next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      Result result = next;
      next = null;
      return result;
    }
  }
}
