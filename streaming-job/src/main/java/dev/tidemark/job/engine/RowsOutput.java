package dev.tidemark.job.engine;

import dev.tidemark.job.engine.WriteRange.Done;
import dev.tidemark.job.engine.WriteRange.Work;
import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.ledger.PartitionRange;
import dev.tidemark.job.sink.RowSinks;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import scala.Tuple2;
import scala.collection.JavaConverters;
import scala.collection.Seq;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * Rows of a job without an aggregate: one transaction per partition, where its task runs. That is
 * where the partition's last one ran, as long as that executor has time: it has a reader there, and
 * perhaps a producer, of which there can be but one.
 */
public final class RowsOutput implements Output {
  private final JavaSparkContext spark;
  private final RowSinks sinks;
  private final MalformedRecords malformed;
  private final String jobId;
  private final long epoch;
  private final Map<Partition, String> places = new HashMap<>();

  public RowsOutput(
      JavaSparkContext spark,
      RowSinks sinks,
      MalformedRecords malformed,
      String jobId,
      long epoch) {
    this.spark = spark;
    this.malformed = malformed;
    this.sinks = sinks;
    this.jobId = jobId;
    this.epoch = epoch;
  }

  @Override
  public Outcome write(long time, List<PartitionRange> ranges, Map<Partition, Long> committed) {
    List<PartitionRange> todo =
        ranges.stream()
            .filter(r -> r.until() > Math.max(r.from(), committed.getOrDefault(r.partition(), -1L)))
            .toList();
    if (todo.isEmpty()) {
      return Outcome.NOTHING;
    }
    List<Work> work =
        todo.stream().map(r -> new Work(r, places.getOrDefault(r.partition(), ""))).toList();
    places.clear(); // where tasks of a batch that fails have run is not known
    List<Done> done =
        preferring(work).map(new WriteRange(sinks, malformed, jobId, epoch)).collect();
    done.forEach(one -> places.put(one.range().partition(), one.where()));
    return new Outcome(
        done.stream().mapToLong(one -> one.written().records()).sum(),
        done.stream().mapToLong(one -> one.written().rows()).sum(),
        true);
  }

  private JavaRDD<Work> preferring(List<Work> work) {
    List<Tuple2<Work, Seq<String>>> placed = new ArrayList<>();
    for (Work one : work) {
      List<String> where = one.last().isEmpty() ? List.of() : List.of(one.last());
      placed.add(new Tuple2<>(one, JavaConverters.asScalaBuffer(where).toSeq()));
    }
    ClassTag<Work> type = ClassTag$.MODULE$.apply(Work.class);
    return spark.sc().makeRDD(JavaConverters.asScalaBuffer(placed).toSeq(), type).toJavaRDD();
  }
}
