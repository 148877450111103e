package dev.tidemark.crds;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class StreamingJobTest {
  private static StreamingJob minimal() throws IOException {
    return Serialization.unmarshal(
        Files.readString(Path.of("../contract/settings/minimal.yaml")), StreamingJob.class);
  }

  @Test
  void minimalManifestGetsEveryDefault() throws IOException {
    StreamingJobSpec spec = minimal().getSpec();

    assertThat(spec.engine()).isEqualTo(StreamingJobSpec.Engine.DStream);
    assertThat(spec.batchInterval()).isEqualTo("5s");
    assertThat(spec.executor()).isEqualTo(new Executor(1, 1.0, "512Mi", null));
    assertThat(spec.driver()).isEqualTo(new Driver(1.0, "768Mi", null, null));
    assertThat(spec.restart().maxBackoff()).isEqualTo("5m");
    assertThat(spec.checkpoint().onLost()).isNull();
    assertThat(spec.s3().pathStyleAccess()).isTrue();
  }

  @Test
  void specSurvivesARoundTrip() throws IOException {
    StreamingJob job = minimal();

    StreamingJob back = Serialization.unmarshal(Serialization.asYaml(job), StreamingJob.class);

    assertThat(back.getSpec()).isEqualTo(job.getSpec());
  }

  @Test
  void statusSurvivesARoundTripAndLeavesOutWhatIsUnknown() throws IOException {
    StreamingJob job = minimal();
    Instant at = Instant.parse("2026-01-01T00:00:00Z");
    job.setStatus(
        new StreamingJobStatus(
            1L,
            StreamingJobStatus.Phase.Running,
            List.of(
                new Condition("Ready", Condition.Status.True, "Committing", "all is well", at, 1L)),
            1,
            2,
            3L,
            4L,
            5L,
            new StreamingJobStatus.Batch(at, 6L, 7L),
            null,
            null,
            null,
            null,
            null,
            null,
            "1/1",
            "tidemark/streaming-job:1",
            new Memory(2, 2, null, null, null, null, 0, 0, 0, at, null, null, null, null)));

    String yaml = Serialization.asYaml(job);

    assertThat(yaml)
        .contains("lastTransitionTime: \"2026-01-01T00:00:00Z\"")
        .doesNotContain("lastRecovery");
    assertThat(Serialization.unmarshal(yaml, StreamingJob.class).getStatus())
        .isEqualTo(job.getStatus());
  }

  @Test
  void fieldsOfANewerVersionAreIgnored() {
    StreamingJob job =
        Serialization.unmarshal(
            """
            kind: StreamingJob
            apiVersion: tidemark.dev/v1alpha1
            spec: {invented: 1, driver: {invented: 2}}
            status: {invented: 3, phase: Invented}
            """,
            StreamingJob.class);

    assertThat(job.getSpec().driver().memory()).isEqualTo("768Mi");
    assertThat(job.getStatus().phase()).isNull();
  }

  @Test
  void anAggregateRunsOnUnlessItSaysPerBatchAndTheModeOfTheTableFollows() {
    StreamingJobSpec perBatch = aggregate("{compute: [count(*) AS n], results: PerBatch}");
    StreamingJobSpec running = aggregate("{compute: [count(*) AS n]}");
    StreamingJobSpec none = aggregate("null");

    assertThat(none.stateful()).isFalse();
    assertThat(none.sinkMode()).isEqualTo(Sink.Mode.Append);
    assertThat(perBatch.stateful()).isFalse();
    assertThat(perBatch.sinkMode()).isEqualTo(Sink.Mode.Append);
    assertThat(running.stateful()).isTrue();
    assertThat(running.sinkMode()).isEqualTo(Sink.Mode.Upsert);
  }

  @Test
  void aWindowTumblesUnlessItSaysHowFarItSlides() {
    Aggregate.Window tumbling =
        aggregate("{compute: [count(*) AS n], window: {length: 5m}}").aggregate().window();
    Aggregate.Window sliding =
        aggregate("{compute: [count(*) AS n], window: {length: 5m, slide: 1m}}")
            .aggregate()
            .window();

    assertThat(tumbling).isEqualTo(new Aggregate.Window("5m", "5m", "timestamp", "0s"));
    assertThat(sliding.slide()).isEqualTo("1m");
  }

  private static StreamingJobSpec aggregate(String yaml) {
    return Serialization.unmarshal("aggregate: " + yaml, StreamingJobSpec.class);
  }

  /** A value built in Java equals one that went through an API server. */
  @Test
  void defaultsOfTheSchemaAreThoseOfTheConstructors() {
    Map<String, Object> inSchema = new TreeMap<>();
    GeneratedCrd.JOB.specLeaves().forEach((path, leaf) -> ifDefault(path, leaf, inSchema));
    StreamingJobSpec built =
        Serialization.unmarshal(
            """
            source: {value: {}}
            sink: {jdbc: {}, kafka: {}, s3: {}}
            checkpoint: {}
            aggregate: {window: {}}
            backup: {s3: {}}
            restore: {source: {}}
            upgrade: {}
            application: {}
            s3: {}
            """,
            StreamingJobSpec.class);
    Map<String, Object> inJava = new TreeMap<>();
    flatten("", Serialization.unmarshal(Serialization.asYaml(built), Map.class), inJava);

    assertThat(inJava).isEqualTo(inSchema);
  }

  private static void ifDefault(String path, JSONSchemaProps leaf, Map<String, Object> into) {
    if (leaf.getDefault() != null) {
      into.put(
          path,
          leaf.getDefault().isNumber() ? leaf.getDefault().asDouble() : leaf.getDefault().asText());
    }
  }

  private static void flatten(String path, Object value, Map<String, Object> into) {
    if (value instanceof Map<?, ?> map) {
      map.forEach(
          (key, child) -> flatten(path.isEmpty() ? "" + key : path + "." + key, child, into));
    } else {
      into.put(path, value instanceof Number number ? number.doubleValue() : "" + value);
    }
  }
}
