package dev.tidemark.job.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tidemark.job.expression.Mark;
import dev.tidemark.job.expression.StateKey;
import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.settings.SettingsFile;
import dev.tidemark.job.state.StateManifest;
import dev.tidemark.job.state.StateStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.HashPartitioner;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import scala.Tuple2;

/** What a drill finds in checkpoints that are whole, and in others. */
@Timeout(300)
class DrillTest {
  private static final int KEYS = 40;
  private static final Path CONTRACT = Path.of("../contract");
  private static final JsonMapper JSON = new JsonMapper();

  @TempDir private Path checkpoint;

  private Path revision() {
    return checkpoint.resolve("r000001");
  }

  /** State of running counts, as a savepoint has it. */
  private StateManifest savepoint() throws IOException {
    Settings.Definition definition = definition();
    Computation computation = Computation.of(definition);
    try (JavaSparkContext spark = new JavaSparkContext(new SparkContext(SparkSettings.drill()))) {
      List<Tuple2<StateKey, byte[]>> state =
          IntStream.range(0, KEYS).mapToObj(i -> counted(computation, i)).toList();
      JavaRDD<CompactStateMap> maps =
          StateData.maps(
              JavaPairRDD.fromJavaRDD(spark.parallelize(state, 1)), new HashPartitioner(2));
      StateStore store = new StateStore(revision().toUri().toString(), new Configuration());
      return new Savepoint(store, definition)
          .write(
              7,
              new StateRecovery.Recovered(null, maps, Map.<Partition, Mark>of(), KEYS, 0),
              Map.of(new Partition("orders", 0), 1042L),
              spark.hadoopConfiguration());
    }
  }

  private static Tuple2<StateKey, byte[]> counted(Computation computation, int i) {
    return computation
        .compiled()
        .portable()
        .parse("{\"group\":[\"word%d\"],\"window\":0,\"state\":[%d]}".formatted(i, i + 1));
  }

  private static Settings.Definition definition() {
    Settings.Definition of =
        SettingsFile.read(CONTRACT.resolve("settings/running.json")).definition();
    Settings.Aggregate words =
        new Settings.Aggregate(
            List.of("value AS word"), List.of("count(*) AS n"), of.aggregate().results(), null);
    return new Settings.Definition(
        of.engine(), of.batchIntervalMillis(), of.source(), null, null, words, of.sink(), null);
  }

  @Test
  void everyKeyIsReadAndItsResultComputed() throws IOException {
    StateManifest written = savepoint();
    Drill.Found found = Drill.of(checkpoint);
    assertThat(found.fault()).isNull();
    assertThat(found.keys()).isEqualTo(KEYS);
    assertThat(found.results()).isEqualTo(KEYS);
    assertThat(found.offsets()).isEqualTo(written.offsets());
    assertThat(found.spark()).startsWith("3.5.");
  }

  @Test
  void keysThatAreMissing() throws IOException {
    StateManifest written = savepoint();
    Path part = revision().resolve(written.directory()).resolve(written.parts().get(0).name());
    List<String> lines = Files.readAllLines(part);
    String last = lines.get(lines.size() - 1);
    // as long as it was, and of fewer keys
    Files.writeString(
        part, Files.readString(part).replace("\n" + last, " ".repeat(last.length() + 1)));
    Files.deleteIfExists(part.resolveSibling("." + part.getFileName() + ".crc"));
    assertThat(Drill.of(checkpoint).fault())
        .isEqualTo("it holds 39 keys instead of the 40 it should");
  }

  @Test
  void aPartThatIsMissingOrGarbled() throws IOException {
    StateManifest written = savepoint();
    Path part = revision().resolve(written.directory()).resolve(written.parts().get(0).name());
    byte[] bytes = Files.readAllBytes(part);
    bytes[bytes.length / 2] = 0;
    Files.write(part, bytes);
    Files.deleteIfExists(part.resolveSibling("." + part.getFileName() + ".crc"));
    assertThat(Drill.of(checkpoint).fault()).startsWith("its state cannot be read: ");
    Files.delete(part);
    assertThat(Drill.of(checkpoint).fault()).contains("is missing");
  }

  @Test
  void nothingAtAll() throws IOException {
    assertThat(Drill.of(checkpoint).fault()).contains("there is no revision in");
    Files.createDirectories(revision().resolve("state"));
    assertThat(Drill.of(checkpoint).fault()).contains("no manifest");
  }

  @Test
  void itIsToldAsTheContractHasIt() throws IOException {
    JsonNode example = JSON.readTree(CONTRACT.resolve("backup/drill.json").toFile());
    List<StateManifest.Offset> offsets =
        List.of(new StateManifest.Offset("orders", 0, 1042, 1764322200000000L, 3, 900L));
    Path told = checkpoint.resolve("drill.json");
    new Drill.Found(null, 50, 48, offsets, "3.5.5").write(told);
    assertThat(JSON.readTree(told.toFile())).isEqualTo(example);
  }
}
