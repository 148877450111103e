package dev.tidemark.e2e.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/** The state checkpoints of a job, as they lie on the store. */
final class StateManifests {
  private static final Pattern NAME = Pattern.compile(".*/state/e(\\d+)-\\d+\\.json");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final S3Client s3;
  private final String job;

  StateManifests(S3Client s3, String job) {
    this.s3 = s3;
    this.job = job;
  }

  /** Keys of those in force: states of epochs below the floor were replaced by a restore. */
  List<String> newestFirst() throws IOException {
    long floor = read(job + "/_tidemark/job.json").path("floorEpoch").asLong();
    return s3
        .listObjectsV2Paginator(r -> r.bucket(Servers.BUCKET).prefix(job + "/"))
        .contents()
        .stream()
        .map(S3Object::key)
        .filter(key -> epoch(key) >= floor)
        .sorted(Comparator.reverseOrder())
        .toList();
  }

  /** Per partition the first offset that the newest does not count; empty when there is none. */
  Map<Integer, Long> until() throws IOException {
    Map<Integer, Long> until = new HashMap<>();
    List<String> newestFirst = newestFirst();
    if (!newestFirst.isEmpty()) {
      for (JsonNode offset : read(newestFirst.get(0)).path("offsets")) {
        until.put(offset.path("partition").asInt(), offset.path("until").asLong());
      }
    }
    return until;
  }

  JsonNode read(String key) throws IOException {
    return JSON.readTree(s3.getObjectAsBytes(r -> r.bucket(Servers.BUCKET).key(key)).asByteArray());
  }

  /** The epoch that wrote a manifest; -1 for what is none. */
  private static long epoch(String key) {
    Matcher manifest = NAME.matcher(key);
    return manifest.matches() ? Long.parseLong(manifest.group(1)) : -1;
  }
}
