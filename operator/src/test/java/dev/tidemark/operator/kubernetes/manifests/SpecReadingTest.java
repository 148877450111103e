package dev.tidemark.operator.kubernetes.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.crds.FieldClass;
import dev.tidemark.crds.StreamingJob;
import dev.tidemark.crds.StreamingJobSpec;
import dev.tidemark.operator.core.Fingerprint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A change of each field does what its class says. */
final class SpecReadingTest {
  private static final Path FULL = Path.of("../contract/settings/full.yaml");
  private static final Path MINIMAL = Path.of("../contract/settings/minimal.yaml");
  private static final Path PROGRAM = Path.of("../contract/settings/program.yaml");
  private static final Path STATEFUL = Path.of("../contract/settings/stateful.yaml");

  /** Has no value to change. */
  private static final Set<String> LATER = Set.of("sink.log");

  @TestFactory
  Stream<DynamicTest> aChangeOfEachFieldDoesWhatItsClassSays() {
    return FieldClass.byPath().entrySet().stream()
        .filter(e -> LATER.stream().noneMatch(later -> e.getKey().startsWith(later)))
        .sorted(Map.Entry.comparingByKey())
        .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> changes(e.getKey(), e.getValue())));
  }

  private static void changes(String path, FieldClass fieldClass) throws IOException {
    boolean ofState = path.startsWith("aggregate") || path.startsWith("upgrade");
    boolean ofProgram = path.startsWith("application");
    StreamingJobSpec spec =
        GoldenTest.job(ofState ? STATEFUL : ofProgram ? PROGRAM : FULL).getSpec();
    StreamingJobSpec changed = changed(spec, path);
    boolean hash = !SpecReading.hash(spec).equals(SpecReading.hash(changed));
    boolean digest =
        !SpecReading.definitionDigest(spec).equals(SpecReading.definitionDigest(changed));
    assertThat(hash).as("the driver is replaced").isEqualTo(fieldClass != FieldClass.Live);
    // The path of the checkpoint cannot be changed at all.
    assertThat(digest)
        .as("a new revision")
        .isEqualTo(fieldClass == FieldClass.Revision && !path.equals("checkpoint.path"));
  }

  /** The spec without this field, or with another value where it had none or must have one. */
  private static StreamingJobSpec changed(StreamingJobSpec spec, String path) throws IOException {
    ObjectNode json = (ObjectNode) Json.of(spec);
    ObjectNode parent = json;
    String[] steps = path.split("\\.");
    for (int i = 0; i < steps.length - 1; i++) {
      parent =
          parent.get(steps[i]) instanceof ObjectNode there ? there : parent.putObject(steps[i]);
    }
    String field = steps[steps.length - 1];
    JsonNode old = parent.get(field);
    switch (path) {
      case "engine" -> parent.put(field, "StructuredStreaming");
      case "batchInterval" -> parent.put(field, "7s");
      case "imagePullPolicy" -> parent.put(field, "Never");
      case "sparkConf" -> parent.withObject("/sparkConf").put("spark.locality.wait", "9");
      case "source.topics" -> parent.putArray(field).add("other");
      case "source.topicPattern" -> parent.put(field, "other-.*");
      case "source.value.format" -> parent.put(field, "Avro");
      case "source.value.framing" -> parent.put(field, "SchemaRegistry");
      case "sink.jdbc.mode" -> parent.put(field, "Upsert");
      case "sink.kafka.topic" -> parent.put(field, "results");
      case "sink.kafka.key" -> parent.putArray(field).add("word");
      case "sink.kafka.format" -> parent.put(field, "Text");
      case "sink.s3.path" -> parent.put(field, "s3a://results/other");
      case "sink.s3.format" -> parent.put(field, "Parquet");
      case "application.image", "application.mainClass" -> parent.put(field, "other");
      case "application.args" -> parent.putArray(field).add("other");
      case "application.fencing" -> parent.put(field, "Lease");
      case "application.progressDeadline" -> parent.put(field, "7m");
      case "aggregate.window.length", "aggregate.window.lateness" -> parent.put(field, "7m");
      case "aggregate.results" -> parent.put(field, "PerBatch");
      default -> {
        if (old == null || old.isNull()) {
          return spec.suspend() ? spec : other(json, parent, field, path);
        }
        if (old.isTextual() && !old.asText().matches("[A-Z][A-Za-z]+")) {
          parent.put(
              field,
              old.asText().endsWith("Gi")
                  ? "3Gi"
                  : old.asText().endsWith("s") && old.asText().length() < 6
                      ? "9s"
                      : old.asText() + "x");
        } else {
          parent.remove(field);
        }
      }
    }
    if (path.equals("suspend")) {
      parent.put(field, true);
    }
    return Json.MAPPER.treeToValue(json, StreamingJobSpec.class);
  }

  private static StreamingJobSpec other(
      ObjectNode json, ObjectNode parent, String field, String path) throws IOException {
    if (path.startsWith("backup") || path.startsWith("restore")) {
      json.remove(path.substring(0, path.indexOf('.')));
      return Json.MAPPER.treeToValue(json, StreamingJobSpec.class); // live, and not read yet
    }
    throw new IllegalStateException("full.yaml lacks " + field + " of " + path + " in " + parent);
  }

  @Test
  void aDefaultWrittenOutIsNoChange() throws IOException {
    StreamingJobSpec spec = GoldenTest.job(MINIMAL).getSpec();
    ObjectNode json = (ObjectNode) Json.of(spec);
    json.remove("batchInterval");
    json.remove("driver");
    json.remove("logLevel");
    ((ObjectNode) json.get("source")).remove("maxRatePerPartition");
    StreamingJobSpec terse = Json.MAPPER.treeToValue(json, StreamingJobSpec.class);

    assertThat(SpecReading.hash(terse)).isEqualTo(SpecReading.hash(spec));
    assertThat(SpecReading.definitionDigest(terse)).isEqualTo(SpecReading.definitionDigest(spec));
  }

  @Test
  void whatAnAggregateImpliesIsNoChangeWhenItIsWrittenOut() throws IOException {
    StreamingJobSpec terse = aggregate("{compute: [count(*) AS n], window: {length: 1m}}", null);
    StreamingJobSpec verbose =
        aggregate(
            "{compute: [count(*) AS n], results: Running, window: {length: 1m, slide: 1m, time: timestamp,"
                + " lateness: 0s}}",
            "Upsert");

    assertThat(SpecReading.hash(verbose)).isEqualTo(SpecReading.hash(terse));
    assertThat(SpecReading.definitionDigest(verbose))
        .isEqualTo(SpecReading.definitionDigest(terse));
  }

  /** Digests of the version before aggregates: an upgrade of the operator begins no revision. */
  @ParameterizedTest
  @CsvSource({
    "minimal, sha256:319158e3b5a71f1454ad677d0f4e81f44274a03f1e8cf01fa8430b33f7258e36",
    "full, sha256:619c4d04b4da3c4e0e9e7bbc3052594fcaf169c9ee1d2e477a228bb78514efe0"
  })
  void fieldsThatCameLaterChangeTheDigestOfNoJobWithoutThem(String name, String digest)
      throws IOException {
    ObjectNode json =
        (ObjectNode)
            Json.of(GoldenTest.job(Path.of("../contract/settings", name + ".yaml")).getSpec());
    ((ObjectNode) json.get("source")).remove("value");
    StreamingJobSpec spec = Json.MAPPER.treeToValue(json, StreamingJobSpec.class);

    assertThat(SpecReading.definitionDigest(spec)).isEqualTo(digest);
  }

  @ParameterizedTest
  @CsvSource({
    "'{compute: [count(*) AS n]}', Stop, Upsert",
    "'{compute: [count(*) AS n], results: PerBatch}', UseLedger, Append",
    "'null', UseLedger, Append"
  })
  void onlyResultsThatGoOnHaveStateToLoseAndRowsToReplace(
      String aggregate, String onLost, String mode) throws IOException {
    StreamingJob job = GoldenTest.job(MINIMAL);
    job.setSpec(aggregate(aggregate, null));

    JsonNode settings =
        SettingsMap.settings(
            job,
            job.getSpec(),
            1,
            new Fingerprint(1, "", "", "", ""),
            null,
            null,
            new Platform("cluster", "image", "backup", "role"));

    assertThat(settings.at("/runtime/checkpoint/onLost").asText()).isEqualTo(onLost);
    assertThat(settings.at("/definition/sink/jdbc/mode").asText()).isEqualTo(mode);
  }

  private static StreamingJobSpec aggregate(String yaml, String mode) throws IOException {
    ObjectNode json = (ObjectNode) Json.of(GoldenTest.job(MINIMAL).getSpec());
    json.set("aggregate", Json.KUBERNETES.unmarshal("is: " + yaml, JsonNode.class).get("is"));
    json.withObject("/sink/jdbc").put("mode", mode);
    return Json.MAPPER.treeToValue(json, StreamingJobSpec.class);
  }
}
