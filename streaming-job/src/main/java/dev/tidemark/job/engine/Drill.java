package dev.tidemark.job.engine;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tidemark.job.expression.Aggregation;
import dev.tidemark.job.expression.Results;
import dev.tidemark.job.expression.StateKey;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.state.StateManifest;
import dev.tidemark.job.state.StateStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.HashPartitioner;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Tuple2;

/**
 * A restore without a job: a checkpoint that lies in a directory is read as a run would that begins
 * with it. Every key and value is deserialised, and every result computed, by the image that would
 * have to do so after a loss. No store, broker or database is asked.
 */
public final class Drill {
  private static final Logger LOG = LoggerFactory.getLogger(Drill.class);
  private static final JsonMapper JSON = new JsonMapper();

  private Drill() {}

  /**
   * What came of it.
   *
   * @param fault why no run could begin with it; null when one could
   * @param keys that were read
   * @param results that were computed of them; windows that are over have none any more
   * @param offsets first offset per partition that is not counted in
   * @param spark version of Spark that has read it
   */
  @JsonInclude(Include.NON_NULL)
  public record Found(
      String fault, long keys, long results, List<StateManifest.Offset> offsets, String spark) {

    /** Of a program's checkpoint, whose keys and offsets only the program knows. */
    public static Found program(String fault) {
      return fault(fault);
    }

    private static Found fault(String sentence) {
      return new Found(
          sentence, 0, 0, List.of(), org.apache.spark.package$.MODULE$.SPARK_VERSION());
    }

    /** Writes it as JSON. */
    public void write(Path file) throws IOException {
      Files.write(file, JSON.writeValueAsBytes(this));
    }
  }

  /** Reads the checkpoint; whatever is wrong with it is told, never thrown. */
  public static Found of(Path checkpoint) throws IOException {
    Optional<Path> revision = revision(checkpoint);
    if (revision.isEmpty()) {
      return Found.fault("there is no revision in " + checkpoint);
    }
    StateStore store = new StateStore(revision.get().toUri().toString(), new Configuration());
    List<StateStore.Entry> entries = store.newestFirst();
    Optional<StateManifest> manifest =
        entries.isEmpty() ? Optional.empty() : store.read(entries.get(0));
    if (manifest.isEmpty()) {
      return Found.fault("there is no manifest of a state checkpoint that this version can read");
    }
    Optional<String> damage = store.damage(manifest.get());
    if (damage.isPresent()) {
      return Found.fault(damage.get());
    }
    try (JavaSparkContext spark = new JavaSparkContext(new SparkContext(SparkSettings.drill()))) {
      return read(spark, store, manifest.get());
    } catch (Exception e) { // Spark's are checked, though Scala does not declare them
      LOG.warn("{}", entries.get(0).path(), e);
      return Found.fault("its state cannot be read: " + cause(e));
    }
  }

  private static Optional<Path> revision(Path checkpoint) throws IOException {
    try (Stream<Path> children = Files.list(checkpoint)) {
      return children.filter(c -> c.getFileName().toString().matches("r\\d{6,}")).findFirst();
    }
  }

  private static Found read(JavaSparkContext spark, StateStore store, StateManifest manifest) {
    HashPartitioner written = new HashPartitioner(Math.max(1, manifest.parts().size()));
    long results =
        StateData.pairs(StateRecovery.data(spark, store, manifest, written))
            .mapPartitions(new Compute(Computation.of(manifest.definition())))
            .collect()
            .stream()
            .mapToLong(Long::longValue)
            .sum();
    boolean portable = manifest.directory() == null || manifest.source().equals(Savepoint.SOURCE);
    long keys =
        portable ? results : StateData.keys(spark.sc(), store.absolute(manifest.directory()));
    String fault =
        keys == manifest.keys()
            ? null
            : "it holds " + keys + " keys instead of the " + manifest.keys() + " it should";
    return new Found(fault, keys, results, manifest.offsets(), spark.version());
  }

  private static String cause(Throwable failure) {
    Throwable last = failure;
    while (last.getCause() != null && !(last instanceof Trouble)) {
      last = last.getCause();
    }
    return last instanceof Trouble ? last.getMessage() : last.toString();
  }

  /** The result of each key; how many there were. */
  private static final class Compute
      implements FlatMapFunction<Iterator<Tuple2<StateKey, byte[]>>, Long> {
    private static final long serialVersionUID = 1L;

    private final Computation computation;

    Compute(Computation computation) {
      this.computation = computation;
    }

    @Override
    public Iterator<Long> call(Iterator<Tuple2<StateKey, byte[]>> entries) {
      Aggregation aggregation = computation.compiled();
      long computed = 0;
      try (Results results = aggregation.results()) {
        while (entries.hasNext()) {
          Tuple2<StateKey, byte[]> entry = entries.next();
          if (!entry._1().isMark()) {
            var unused = results.row(entry._1(), entry._2(), false);
            computed++;
          }
        }
      }
      return List.of(computed).iterator();
    }
  }
}
