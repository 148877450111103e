package dev.tidemark.e2e;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A {@code StreamingJob} manifest being written. Every method returns the same object. */
public final class Manifest {
  /** A label that a template of the scenarios sets. */
  public static final String LABEL = "e2e.tidemark.dev/template";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Map<String, Object> metadata = new LinkedHashMap<>();
  private final Map<String, Object> spec = new LinkedHashMap<>();

  private Manifest() {}

  /** The job of the scenarios, small enough for a machine of two cores. */
  public static Manifest of(String namespace, String name, Mode mode) {
    Manifest manifest = new Manifest();
    manifest.metadata.put("name", name);
    manifest.metadata.put("namespace", namespace);
    manifest.set("source.bootstrapServers", Infra.KAFKA);
    manifest.set("batchInterval", "1s");
    manifest.set("filter", "value LIKE '%important%'");
    manifest.set(
        "select",
        List.of("upper(value) AS value", "partition AS kafka_partition", "offset AS kafka_offset"));
    manifest.set("sink.jdbc.credentialsSecretRef.name", "pg");
    manifest.set("s3.endpoint", Infra.MINIO);
    manifest.set("s3.pathStyleAccess", true);
    manifest.set("s3.credentialsSecretRef.name", "minio");
    manifest.set("driver.cores", 0.2);
    manifest.set("executor.instances", mode.executors());
    manifest.set("executor.cores", 0.2);
    // With executors the driver has no template and they have one, else the other way round: both
    // ways are tried all over.
    String role = mode.executors() == 0 ? "driver" : "executor";
    manifest.set(role + ".template.metadata.labels", Map.of(LABEL, role));
    return manifest;
  }

  /** A manifest that somebody else has written. */
  public static Manifest read(Path file) {
    JsonNode object;
    try (InputStream yaml = Files.newInputStream(file)) {
      object = Serialization.unmarshal(yaml, JsonNode.class);
    } catch (IOException e) {
      throw new UncheckedIOException("the manifest %s cannot be read".formatted(file), e);
    }
    Manifest manifest = new Manifest();
    manifest.metadata.putAll(map(object.get("metadata")));
    manifest.spec.putAll(map(object.get("spec")));
    return manifest;
  }

  private static Map<String, Object> map(JsonNode node) {
    return JSON.convertValue(node, new TypeReference<>() {});
  }

  /** By Spark's other engine. */
  public Manifest structured() {
    return set("engine", "StructuredStreaming");
  }

  /** The topic to read. */
  public Manifest topic(String topic) {
    return set("source.topics", List.of(topic));
  }

  /** The database to write to. */
  public Manifest database(String database) {
    return set("sink.jdbc.url", Infra.jdbcUrl(database));
  }

  /** The table to write to. */
  public Manifest table(String table) {
    return set("sink.jdbc.table", table);
  }

  /** The checkpoint path. */
  public Manifest path(String path) {
    return set("checkpoint.path", path);
  }

  /** Kafka along a line. */
  public Manifest kafka(Line line) {
    return set("source.bootstrapServers", line.address());
  }

  /** The store of the checkpoint along a line. */
  public Manifest minio(Line line) {
    return s3("http://" + line.address());
  }

  /** The store of the checkpoint behind another address. */
  public Manifest s3(String endpoint) {
    return set("s3.endpoint", endpoint);
  }

  /** The database to write to along a line. */
  public Manifest postgres(Line line, String database) {
    return set("sink.jdbc.url", Infra.jdbcUrl(line.address(), database));
  }

  /** The job's name. */
  public Manifest name(String name) {
    metadata.put("name", name);
    return this;
  }

  /** The job's namespace. */
  public Manifest namespace(String namespace) {
    metadata.put("namespace", namespace);
    return this;
  }

  /** The job's name. */
  public String name() {
    return metadata.get("name").toString();
  }

  /** The job's namespace. */
  public String namespace() {
    return metadata.get("namespace").toString();
  }

  /** Sets any field of the spec, such as {@code source.startingOffsets}. */
  public Manifest set(String path, Object value) {
    String[] steps = path.split("\\.", -1);
    Map<String, Object> at = spec;
    for (int i = 0; i < steps.length - 1; i++) {
      @SuppressWarnings("unchecked") // only maps are put at inner steps
      Map<String, Object> next =
          (Map<String, Object>)
              at.computeIfAbsent(steps[i], any -> new LinkedHashMap<String, Object>());
      at = next;
    }
    at.put(steps[steps.length - 1], value);
    return this;
  }

  /** The manifest as YAML. */
  public String yaml() {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("apiVersion", "tidemark.dev/v1alpha1");
    object.put("kind", "StreamingJob");
    object.put("metadata", metadata);
    object.put("spec", spec);
    return Serialization.asYaml(object);
  }
}
