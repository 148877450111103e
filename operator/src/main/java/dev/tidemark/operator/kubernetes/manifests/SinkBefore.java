package dev.tidemark.operator.kubernetes.manifests;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.crds.Sink;
import dev.tidemark.crds.StreamingJobSpec;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.util.List;
import java.util.Map;

/**
 * The sink in whose ledger a job's position may still be, because the sink was changed. Whether it
 * still is, the driver finds out: it is told of that sink for as long as the other stays.
 */
public final class SinkBefore {
  /** Recorded with an attempt, so that the next ones are told as well. */
  static final String KEY = "sink-before.json";

  private SinkBefore() {}

  /**
   * For an attempt of a spec.
   *
   * @param last settings of the newest attempt; null when there is none
   * @return null when the sink has always been the same
   */
  public static Sink of(StreamingJobSpec spec, ConfigMap last) {
    if (last == null || spec.sink() == null) {
      return null;
    }
    Sink before = read(last, SettingsMap.SPEC, StreamingJobSpec.class).sink();
    return same(before, spec.sink()) ? read(last, KEY, Sink.class) : before;
  }

  private static <T> T read(ConfigMap map, String key, Class<T> type) {
    String json = map.getData().get(key);
    try {
      return json == null ? null : Json.MAPPER.readValue(json, type);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(
          "ConfigMap "
              + map.getMetadata().getName()
              + " holds no "
              + key
              + " this operator can read",
          e);
    }
  }

  private static boolean same(Sink one, Sink other) {
    return place(one).equals(place(other));
  }

  /**
   * What says where the ledger is: with a table, in the group of the job's name, with files, or at
   * the log.
   */
  private static List<String> place(Sink sink) {
    if (sink.jdbc() != null) {
      return List.of(sink.jdbc().url(), sink.jdbc().table());
    }
    if (sink.s3() != null) {
      return List.of("s3", sink.s3().path());
    }
    return sink.kafka() == null ? List.of() : List.of("kafka");
  }

  /** What the driver is told. */
  static void tell(ObjectNode settings, Sink before) {
    if (before == null) {
      settings.putNull("sinkBefore");
      return;
    }
    ObjectNode sink = settings.putObject("sinkBefore");
    if (before.jdbc() == null) {
      sink.putNull("jdbc");
    } else {
      sink.putObject("jdbc").put("url", before.jdbc().url()).put("table", before.jdbc().table());
    }
    sink.set("kafka", Definition.topic(before.kafka()));
    sink.set("s3", Definition.files(before.s3()));
  }

  static void record(Map<String, String> data, Sink before) {
    if (before != null) {
      data.put(KEY, Json.pretty(Json.of(before)));
    }
  }
}
