package dev.tidemark.job.engine.program;

import dev.tidemark.job.engine.Output;
import dev.tidemark.job.engine.Output.Outcome;
import dev.tidemark.job.engine.Prepared;
import dev.tidemark.job.engine.Run;
import dev.tidemark.job.engine.dstream.Contexts;
import dev.tidemark.job.engine.dstream.Ranges;
import dev.tidemark.job.ledger.DueRule;
import dev.tidemark.job.ledger.ObjectLedger;
import dev.tidemark.job.ledger.PartitionRange;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.sink.Written;
import dev.tidemark.job.sink.postgres.ProgramSink;
import dev.tidemark.program.Action;
import dev.tidemark.program.BatchWork;
import dev.tidemark.program.Host;
import dev.tidemark.program.PartitionWork;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.rdd.RDD;
import org.apache.spark.streaming.StreamingContext;
import org.apache.spark.streaming.dstream.DStream;
import org.apache.spark.streaming.scheduler.StreamingListener;
import org.apache.spark.streaming.scheduler.StreamingListenerStreamingStarted;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/** A run, as the program sees it. */
@SuppressWarnings("deprecation") // DStreams are deprecated as such, and are what this is for
final class ProgramHost implements Host {
  /** What Spark's scheduler sets around the outputs of a batch. */
  private static final String BATCH_TIME = "spark.streaming.internal.batchTime";

  private final Prepared prepared;
  private final SparkContext spark;
  private final String jobId;
  private final long epoch;
  private final CompletableFuture<Void> started = new CompletableFuture<>();
  private StreamingContext context;
  private boolean streaming;
  private long lastBatch;

  ProgramHost(Prepared prepared, SparkContext spark, String jobId, long epoch) {
    this.prepared = prepared;
    this.spark = spark;
    this.jobId = jobId;
    this.epoch = epoch;
  }

  /** Completes when the program has started its stream. */
  CompletableFuture<Void> started() {
    return started;
  }

  /** The program's context; null before it has asked for it. */
  synchronized StreamingContext context() {
    return context;
  }

  @Override
  public synchronized StreamingContext streamingContext() {
    if (context != null) {
      throw new IllegalStateException("Tidemark.streamingContext() is called once per run");
    }
    context = Contexts.empty(prepared, spark);
    context.addStreamingListener(
        new StreamingListener() {
          @Override
          public void onStreamingStarted(StreamingListenerStreamingStarted event) {
            started.complete(null);
          }
        });
    return context;
  }

  @Override
  public synchronized DStream<ConsumerRecord<byte[], byte[]>> records(StreamingContext of) {
    if (of != context || streaming) {
      throw new IllegalStateException(
          "Tidemark.stream(context) is called once, with the context of Tidemark.streamingContext()");
    }
    streaming = true;
    return Contexts.source(of)
        .transform(
            batch ->
                JavaRDD.fromRDD(new RecordsRdd(batch.context(), Ranges.of(batch)), RecordsRdd.TAG))
        .dstream();
  }

  @Override
  public <T> void eachPartition(RDD<T> rdd, PartitionWork<T> work) {
    List<PartitionRange> ranges = Lineage.partitionwise(rdd);
    database("Tidemark.eachPartition");
    batch(
        rdd,
        ranges,
        todo -> {
          List<Written> written =
              JavaRDD.fromRDD(rdd, ProgramHost.<T>tag())
                  .mapPartitionsWithIndex(new WritePartition<>(ranges, jobId, epoch, work), true)
                  .collect();
          return new Outcome(
              written.stream().mapToLong(Written::records).sum(),
              written.stream().mapToLong(Written::rows).sum(),
              written.stream().anyMatch(w -> !w.skipped()));
        });
  }

  @Override
  public <T> void eachBatch(RDD<T> rdd, BatchWork<T> work) {
    Settings.Jdbc jdbc = database("Tidemark.eachBatch");
    batch(
        rdd,
        Lineage.batch(rdd),
        todo -> {
          List<T> results = JavaRDD.fromRDD(rdd, ProgramHost.<T>tag()).collect();
          return outcome(
              ProgramSink.of(jdbc, jobId, epoch)
                  .batch(
                      todo,
                      connection -> {
                        work.write(results, connection);
                        return results.size();
                      }));
        });
  }

  @Override
  public void afterwards(RDD<?> rdd, Action action) {
    Settings.Jdbc jdbc = prepared.settings().definition().sink().jdbc();
    batch(
        rdd,
        Lineage.batch(rdd),
        todo -> {
          done(action);
          return jdbc == null
              ? moved(todo)
              : outcome(ProgramSink.of(jdbc, jobId, epoch).batch(todo, connection -> 0));
        });
  }

  private static void done(Action action) {
    try {
      action.run();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new Trouble(Reason.BatchFailed, "the program failed in the output of a batch: " + e, e);
    }
  }

  private Outcome moved(List<PartitionRange> ranges) {
    try (ObjectLedger ledger = new ObjectLedger(prepared.settings())) {
      if (!DueRule.isDue(ranges, ledger.require(jobId, epoch))) {
        return Outcome.NOTHING;
      }
      ledger.move(jobId, epoch, PartitionRange.ends(ranges));
    }
    return new Outcome(ranges.stream().mapToLong(r -> r.until() - r.from()).sum(), 0, true);
  }

  private static Outcome outcome(Written written) {
    return new Outcome(written.records(), written.rows(), !written.skipped());
  }

  private Settings.Jdbc database(String call) {
    Settings.Jdbc jdbc = prepared.settings().definition().sink().jdbc();
    if (jdbc == null) {
      throw new IllegalStateException(
          call + " writes to the database of spec.sink.jdbc, and the job has another sink");
    }
    return jdbc;
  }

  private interface Writing {
    Outcome write(List<PartitionRange> todo);
  }

  private void batch(RDD<?> rdd, List<PartitionRange> ranges, Writing writing) {
    long time = time(rdd);
    Output output =
        (batch, all, committed) -> {
          List<PartitionRange> todo = Output.notCommitted(all, committed);
          return todo.stream().allMatch(range -> range.from() == range.until())
              ? Outcome.NOTHING
              : writing.write(todo);
        };
    Run.current().batch(time, () -> ranges, output);
  }

  private synchronized long time(RDD<?> rdd) {
    String text = rdd.sparkContext().getLocalProperty(BATCH_TIME);
    if (text == null) {
      throw new IllegalStateException(
          "outputs of Tidemark belong into foreachRDD: only there is it known which batch they are of");
    }
    long time = Long.parseLong(text);
    if (time == lastBatch) {
      throw new IllegalStateException(
          "a batch has one output of Tidemark, since the ledger moves with it; write everything in that one");
    }
    lastBatch = time;
    return time;
  }

  @SuppressWarnings("unchecked") // only the erased class is ever asked for
  private static <T> ClassTag<T> tag() {
    return (ClassTag<T>) ClassTag$.MODULE$.AnyRef();
  }
}
