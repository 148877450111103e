package dev.tidemark.program;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.rdd.RDD;
import org.apache.spark.streaming.StreamingContext;
import org.apache.spark.streaming.api.java.JavaDStream;
import org.apache.spark.streaming.dstream.DStream;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * The driver, as a Spark Streaming program sees it.
 *
 * <p>The program's {@code main} makes its context and its stream here and ends each batch with one
 * output of this class; everything in between is Spark as usual. The stream begins where the ledger
 * stands: after a crash exactly the batches come again whose output is not there. {@code main} is
 * called again, perhaps in the same JVM, whenever a run has ended.
 *
 * <p>Exactly one output per batch moves the ledger. Transformations that remember earlier batches
 * ({@code updateStateByKey}, {@code mapWithState}, windows) are refused: what they remember would
 * be gone after a crash.
 */
@SuppressWarnings("deprecation") // DStreams are deprecated as such, and are what this is for
public final class Tidemark {
  private static final int PRINTED = 10;
  private static final AtomicReference<Host> HOST = new AtomicReference<>();

  private Tidemark() {}

  /** For what runs the program. */
  public static void runBy(Host host) {
    HOST.set(host);
  }

  private static Host host() {
    Host host = HOST.get();
    if (host == null) {
      throw new IllegalStateException(
          "this program is not run by Tidemark: it needs the driver in a pod of a StreamingJob with"
              + " spec.application, see docs/program.md");
    }
    return host;
  }

  /**
   * A context for this run, whose batches come every {@code spec.batchInterval}. Instead of {@code
   * new StreamingContext(...)}; once per call of {@code main}. A checkpoint directory is not
   * needed.
   */
  public static StreamingContext streamingContext() {
    return host().streamingContext();
  }

  /**
   * The topics of {@code spec.source}, keys and values as text in UTF-8. Instead of {@code
   * KafkaUtils.createDirectStream(...)}; once per context. Only committed records are read, and of
   * a batch as many as {@code spec.source.maxRatePerPartition} allows.
   */
  public static DStream<ConsumerRecord<String, String>> stream(StreamingContext context) {
    return mapped(bytes(context), Tidemark::text);
  }

  /** The same, keys and values as they are. */
  public static DStream<ConsumerRecord<byte[], byte[]>> bytes(StreamingContext context) {
    return host().records(context);
  }

  private static <T, R> DStream<R> mapped(DStream<T> stream, Function<T, R> each) {
    return new JavaDStream<>(stream, tag()).map(each).dstream();
  }

  private static ConsumerRecord<String, String> text(ConsumerRecord<byte[], byte[]> record) {
    return new ConsumerRecord<>(
        record.topic(),
        record.partition(),
        record.offset(),
        record.timestamp(),
        record.timestampType(),
        record.serializedKeySize(),
        record.serializedValueSize(),
        text(record.key()),
        text(record.value()),
        record.headers(),
        record.leaderEpoch());
  }

  private static String text(byte[] bytes) {
    return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
  }

  /**
   * Writes a batch to the database of {@code spec.sink.jdbc}, exactly once: per partition of the
   * topic in one transaction with the ledger. Instead of {@code rdd.foreachPartition(...)}, in
   * {@code foreachRDD}.
   *
   * @param rdd made of the stream's records without a shuffle, partition by partition: by {@code
   *     filter}, {@code map}, {@code flatMap}, {@code mapPartitions}
   * @throws IllegalArgumentException when it was made otherwise
   */
  public static <T> void eachPartition(RDD<T> rdd, PartitionWork<T> work) {
    host().eachPartition(rdd, work);
  }

  /**
   * Writes the results of a batch to the database of {@code spec.sink.jdbc}, exactly once: all of
   * them in one transaction with the ledger. They pass through the driver, whose memory must hold
   * them.
   *
   * @param rdd made of the stream's records in any way that looks at this batch alone, such as
   *     {@code reduceByKey}
   */
  public static <T> void eachBatch(RDD<T> rdd, BatchWork<T> work) {
    host().eachBatch(rdd, work);
  }

  /**
   * Does something with a batch, then moves the ledger: at least once. When a driver dies in
   * between, the action is run again for the same records, and perhaps more.
   */
  public static void afterwards(RDD<?> rdd, Action action) {
    host().afterwards(rdd, action);
  }

  /**
   * Prints the first ten results of each batch that has any, as {@code DStream.print()} does, then
   * moves the ledger: a batch that was printed is not printed again, unless a driver died in
   * between.
   */
  public static <T> void print(DStream<T> stream) {
    new JavaDStream<>(stream, Tidemark.<T>tag())
        .foreachRDD((rdd, time) -> afterwards(rdd.rdd(), () -> print(rdd, time.toString())));
  }

  @SuppressWarnings("SystemOut") // as Spark's own does
  private static <T> void print(JavaRDD<T> rdd, String time) {
    List<T> first = rdd.take(PRINTED + 1);
    if (first.isEmpty()) {
      return;
    }
    StringBuilder text = new StringBuilder("-- batch of ").append(time).append('\n');
    first.stream().limit(PRINTED).forEach(result -> text.append(result).append('\n'));
    if (first.size() > PRINTED) {
      text.append("...\n");
    }
    System.out.print(text);
    System.out.flush();
  }

  @SuppressWarnings("unchecked") // only the erased class is ever asked for
  private static <T> ClassTag<T> tag() {
    return (ClassTag<T>) ClassTag$.MODULE$.AnyRef();
  }
}
