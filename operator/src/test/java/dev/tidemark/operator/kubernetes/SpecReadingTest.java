package dev.tidemark.operator.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.crds.FieldClass;
import dev.tidemark.crds.StreamingJobSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** A change of each field does what its class says. */
final class SpecReadingTest {
  private static final Path FULL = Path.of("../contract/settings/full.yaml");

  /** Known to the API, but not carried out yet: the CRD refuses them. */
  private static final Set<String> LATER =
      Set.of("aggregate", "application", "sink.log", "sink.jdbc.mode");

  @TestFactory
  Stream<DynamicTest> aChangeOfEachFieldDoesWhatItsClassSays() {
    return FieldClass.byPath().entrySet().stream()
        .filter(e -> LATER.stream().noneMatch(later -> e.getKey().startsWith(later)))
        .sorted(Map.Entry.comparingByKey())
        .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> changes(e.getKey(), e.getValue())));
  }

  private static void changes(String path, FieldClass fieldClass) throws IOException {
    StreamingJobSpec spec = GoldenTest.job(FULL).getSpec();
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
    if (path.startsWith("backup") || path.startsWith("restore") || path.startsWith("upgrade")) {
      json.remove(path.substring(0, path.indexOf('.')));
      return Json.MAPPER.treeToValue(json, StreamingJobSpec.class); // live, and not read yet
    }
    throw new IllegalStateException("full.yaml lacks " + field + " of " + path + " in " + parent);
  }

  @Test
  void aDefaultWrittenOutIsNoChange() throws IOException {
    StreamingJobSpec spec = GoldenTest.job(Path.of("../contract/settings/minimal.yaml")).getSpec();
    ObjectNode json = (ObjectNode) Json.of(spec);
    json.remove("batchInterval");
    json.remove("driver");
    json.remove("logLevel");
    ((ObjectNode) json.get("source")).remove("maxRatePerPartition");
    StreamingJobSpec terse = Json.MAPPER.treeToValue(json, StreamingJobSpec.class);

    assertThat(SpecReading.hash(terse)).isEqualTo(SpecReading.hash(spec));
    assertThat(SpecReading.definitionDigest(terse)).isEqualTo(SpecReading.definitionDigest(spec));
  }
}
