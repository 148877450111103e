package dev.tidemark.operator.kubernetes.manifests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.crds.Aggregate;
import dev.tidemark.crds.Application;
import dev.tidemark.crds.Sink;
import dev.tidemark.crds.Source;
import dev.tidemark.crds.StreamingJobSpec;
import dev.tidemark.crds.ValueFormat;
import java.util.List;

/** The part of the job settings that makes a revision. */
final class Definition {
  private Definition() {}

  /** What makes a revision. */
  static ObjectNode of(StreamingJobSpec spec) {
    ObjectNode definition = Json.object();
    definition.put("engine", spec.engine().name());
    definition.put("batchIntervalMillis", Durations.of(spec.batchInterval()).toMillis());
    definition.set("source", source(spec.source()));
    definition.put("filter", spec.filter());
    definition.set("select", Json.of(spec.select()));
    definition.set("aggregate", aggregate(spec.aggregate()));
    definition.set("sink", sink(spec));
    definition.set("application", application(spec.application()));
    return definition;
  }

  private static JsonNode source(Source source) {
    if (source == null) {
      return NullNode.getInstance();
    }
    ObjectNode json = Json.object();
    json.set("topics", Json.of(source.topics()));
    json.put("topicPattern", source.topicPattern());
    json.put("startingOffsets", source.startingOffsets().name());
    json.set("value", value(source.value()));
    return json;
  }

  private static JsonNode sink(StreamingJobSpec spec) {
    if (spec.sink() == null) {
      return NullNode.getInstance();
    }
    ObjectNode sink = Json.object();
    Sink.Jdbc jdbc = spec.sink().jdbc();
    if (jdbc == null) {
      sink.putNull("jdbc");
    } else {
      sink.putObject("jdbc")
          .put("url", jdbc.url())
          .put("table", jdbc.table())
          .put("createTable", Boolean.TRUE.equals(jdbc.createTable()))
          .put("mode", (jdbc.mode() == null ? spec.sinkMode() : jdbc.mode()).name());
    }
    sink.set("kafka", topic(spec.sink().kafka()));
    sink.set("s3", files(spec.sink().s3()));
    return sink;
  }

  private static JsonNode application(Application application) {
    if (application == null) {
      return NullNode.getInstance();
    }
    ObjectNode json = Json.object().put("mainClass", application.mainClass());
    json.set("args", Json.of(application.args() == null ? List.of() : application.args()));
    json.put("fencing", application.fencing().name());
    return json;
  }

  /** Files to write, as a driver is told of them. */
  static JsonNode files(Sink.S3 s3) {
    return s3 == null
        ? NullNode.getInstance()
        : Json.object().put("path", s3.path()).put("format", s3.format().name());
  }

  /** A topic to write to, as a driver is told of it. */
  static JsonNode topic(Sink.Kafka kafka) {
    if (kafka == null) {
      return NullNode.getInstance();
    }
    ObjectNode json = Json.object();
    json.put("topic", kafka.topic());
    json.set("key", Json.of(kafka.key() == null ? List.of() : kafka.key()));
    json.put("format", kafka.format().name());
    return json;
  }

  private static JsonNode value(ValueFormat value) {
    return value == null
        ? NullNode.getInstance()
        : Json.object()
            .put("format", value.format().name())
            .put("schema", value.schema())
            .put("framing", value.framing().name());
  }

  private static JsonNode aggregate(Aggregate aggregate) {
    if (aggregate == null) {
      return NullNode.getInstance();
    }
    ObjectNode json = Json.object();
    json.set("groupBy", Json.of(aggregate.groupBy() == null ? List.of() : aggregate.groupBy()));
    json.set("compute", Json.of(aggregate.compute()));
    json.put("results", aggregate.results().name());
    Aggregate.Window window = aggregate.window();
    if (window == null) {
      json.putNull("window");
    } else {
      json.putObject("window")
          .put("lengthMillis", Durations.of(window.length()).toMillis())
          .put("slideMillis", Durations.of(window.slide()).toMillis())
          .put("time", window.time())
          .put("latenessMillis", Durations.of(window.lateness()).toMillis());
    }
    return json;
  }
}
