package dev.tidemark.e2e.local;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.e2e.serial.Program;
import java.util.List;

/** Renders a settings file, as the operator would. */
final class SettingsJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private SettingsJson() {}

  /** The first attempt of a job that reads another topic than that of its name. */
  static String of(Servers servers, String name, String topic, Program program, Pace pace) {
    return of(servers, name, topic, program, 1, 1, pace);
  }

  /** The article's first job: important records in upper case, a row each. */
  static String ofRows(Servers servers, String name, String topic, Pace pace) {
    return of(servers, name, topic, null, 1, 1, pace);
  }

  /** The same rows, each the value of a record of another topic. */
  static String ofTopic(Servers servers, String name, String topic, String results, Pace pace) {
    ObjectNode settings = settings(servers, name, topic, null, 1, 1, pace);
    ObjectNode sink = settings.withObject("/definition/sink");
    sink.putNull("jdbc");
    sink.putObject("kafka").put("topic", results).put("format", "Text").putArray("key");
    return text(settings);
  }

  /** The same rows as lines of JSON in files. */
  static String ofFiles(Servers servers, String name, String topic, String path, Pace pace) {
    ObjectNode settings = settings(servers, name, topic, null, 1, 1, pace);
    ObjectNode sink = settings.withObject("/definition/sink");
    sink.putNull("jdbc");
    sink.putObject("s3").put("path", path).put("format", "JsonLines");
    return text(settings);
  }

  static String of(
      Servers servers,
      String name,
      String topic,
      Program program,
      int change,
      int attempt,
      Pace pace) {
    return text(settings(servers, name, topic, program, change, attempt, pace));
  }

  private static ObjectNode settings(
      Servers servers,
      String name,
      String topic,
      Program program,
      int change,
      int attempt,
      Pace pace) {
    ObjectNode settings = JSON.createObjectNode();
    settings.put("contract", 1);
    settings
        .putObject("job")
        .put("cluster", "soak")
        .put("namespace", "soak")
        .put("name", name)
        .put("uid", name)
        .put("createdAt", "2026-01-01T00:00:00Z");
    settings.put("attempt", attempt).put("generation", change).put("image", "soak");
    settings.put("definitionDigest", "sha256:" + name + "-" + change);
    definition(settings.putObject("definition"), servers, name, topic, program, pace);
    boolean stateful = program != null && !program.perBatch();
    runtime(settings.putObject("runtime"), servers, name, stateful, pace);
    settings.putNull("previous").putNull("sinkBefore");
    return settings;
  }

  private static String text(ObjectNode settings) {
    try {
      return JSON.writeValueAsString(settings);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void definition(
      ObjectNode definition,
      Servers servers,
      String name,
      String topic,
      Program program,
      Pace pace) {
    definition.put("engine", pace.engine().name()).put("batchIntervalMillis", pace.batchMillis());
    ObjectNode read = definition.putObject("source").put("startingOffsets", "Earliest");
    read.putNull("value").putNull("topicPattern").putArray("topics").add(topic);
    if (program == null) {
      definition.put("filter", "value LIKE '%important%'");
      list(definition, "select", List.of("upper(value) AS value"));
      definition.putNull("aggregate");
    } else {
      computation(definition, program);
    }
    definition.putNull("application");
    definition
        .putObject("sink")
        .putNull("kafka")
        .putNull("s3")
        .putObject("jdbc")
        .put("url", servers.jdbc(name))
        .put("table", "results")
        .put("createTable", true)
        .put("mode", program == null || program.perBatch() ? "Append" : "Upsert");
  }

  private static void computation(ObjectNode definition, Program program) {
    definition.put("filter", program.filter());
    list(definition, "select", program.select());
    ObjectNode aggregate = definition.putObject("aggregate");
    list(aggregate, "groupBy", program.groupBy());
    list(aggregate, "compute", program.compute());
    aggregate.put("results", program.perBatch() ? "PerBatch" : "Running");
    if (program.windows() == null) {
      aggregate.putNull("window");
    } else {
      aggregate
          .putObject("window")
          .put("lengthMillis", program.windows().length())
          .put("slideMillis", program.windows().slide())
          .put("time", "t")
          .put("latenessMillis", program.windows().lateness());
    }
  }

  private static void runtime(
      ObjectNode runtime, Servers servers, String name, boolean stateful, Pace pace) {
    ObjectNode source = runtime.putObject("source");
    source.put("bootstrapServers", servers.kafka()).put("maxRatePerPartition", pace.rate());
    source
        .put("onOffsetsExpired", "SkipToEarliest")
        .put("onMalformed", "Stop")
        .putObject("properties");
    runtime
        .putObject("checkpoint")
        .put("path", "s3a://" + Servers.BUCKET + "/" + name)
        .put("onLost", stateful ? "Stop" : "UseLedger")
        .put("stateIntervalMillis", pace.stateMillis());
    runtime.putObject("upgrade").put("strategy", "Savepoint");
    runtime
        .putObject("s3")
        .put("endpoint", servers.minio())
        .put("region", "us-east-1")
        .put("pathStyleAccess", true);
    runtime.putObject("driver").put("cores", 2.0).put("memoryMiB", 768);
    runtime.putObject("executor").put("instances", 0).put("cores", 1.0).put("memoryMiB", 512);
    runtime.putObject("sparkConf");
    runtime.put("logLevel", "INFO").putNull("progressDeadlineMillis").putNull("lease");
  }

  private static void list(ObjectNode parent, String name, List<String> values) {
    var array = parent.putArray(name);
    values.forEach(array::add);
  }
}
