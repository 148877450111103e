package dev.tidemark.job.engine;

import dev.tidemark.job.expression.Aggregation;
import dev.tidemark.job.expression.PortableState;
import dev.tidemark.job.expression.StateKey;
import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.state.StateManifest;
import dev.tidemark.job.state.StateStore;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SerializableWritable;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.PairFlatMapFunction;
import scala.Tuple2;

/**
 * State in a portable form: text with one JSON object per key, in parts, and a manifest last. It
 * depends on no version of Spark and on no class, so that the next revision can begin with it.
 */
final class Savepoint {
  /** What a manifest calls it. */
  static final String SOURCE = "savepoint";

  private final StateStore store;
  private final Settings.Definition definition;

  /** To be written for the revision of {@code definition}, in whose store it will lie. */
  Savepoint(StateStore store, Settings.Definition definition) {
    this.store = store;
    this.definition = definition;
  }

  /** Writes state as of the ledger; the manifest makes it count. */
  StateManifest write(
      long epoch, StateRecovery.Recovered state, Map<Partition, Long> ledger, Configuration hadoop)
      throws IOException {
    String directory = String.format(Locale.ROOT, "e%010d/savepoint", epoch);
    state
        .pairs()
        .mapPartitions(
            new Write(
                Computation.of(definition),
                store.absolute(directory),
                new SerializableWritable<>(hadoop)))
        .collect();
    StateManifest manifest =
        new StateManifest(
            StateManifest.CONTRACT,
            epoch,
            0,
            SOURCE,
            directory,
            store.parts(directory),
            state.keys(),
            definition,
            StateCheckpoints.offsets(ledger, state.marks(), Map.of()),
            Instant.now());
    store.write(manifest);
    return manifest;
  }

  /** The keys and values of a savepoint. */
  static JavaPairRDD<StateKey, byte[]> read(
      JavaSparkContext spark, StateManifest manifest, String path) {
    return spark
        .textFile(path + "/part-*")
        .mapPartitionsToPair(new Read(Computation.of(manifest.definition())));
  }

  private static final class Write
      implements FlatMapFunction<Iterator<Tuple2<StateKey, byte[]>>, Long> {
    private static final long serialVersionUID = 1L;

    private final Computation computation;
    private final String directory;
    private final SerializableWritable<Configuration> hadoop;

    Write(Computation computation, String directory, SerializableWritable<Configuration> hadoop) {
      this.computation = computation;
      this.directory = directory;
      this.hadoop = hadoop;
    }

    @Override
    public Iterator<Long> call(Iterator<Tuple2<StateKey, byte[]>> entries) throws IOException {
      PortableState form = computation.compiled().portable();
      String name = String.format(Locale.ROOT, "part-%05d", TaskContext.getPartitionId());
      Path path = new Path(directory, name);
      long lines = 0;
      try (BufferedWriter out =
          new BufferedWriter(
              new OutputStreamWriter(
                  path.getFileSystem(hadoop.value()).create(path, true), StandardCharsets.UTF_8))) {
        while (entries.hasNext()) {
          Tuple2<StateKey, byte[]> entry = entries.next();
          out.write(form.line(entry._1(), entry._2()));
          out.write('\n');
          lines++;
        }
      }
      return List.of(lines).iterator();
    }
  }

  private static final class Read
      implements PairFlatMapFunction<Iterator<String>, StateKey, byte[]> {
    private static final long serialVersionUID = 1L;

    private final Computation computation;

    Read(Computation computation) {
      this.computation = computation;
    }

    @Override
    public Iterator<Tuple2<StateKey, byte[]>> call(Iterator<String> lines) {
      Aggregation aggregation = computation.compiled();
      PortableState form = aggregation.portable();
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          return lines.hasNext();
        }

        @Override
        public Tuple2<StateKey, byte[]> next() {
          return form.parse(lines.next());
        }
      };
    }
  }
}
