package dev.tidemark.job.owner;

import dev.tidemark.job.settings.Settings;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Settings of jobs, as far as ownership looks at them. */
record Jobs(String endpoint, String bucket) {

  static final Instant FIRST = Instant.parse("2026-01-01T00:00:00Z");

  Settings job(String path, String name) {
    return job(path, "c1", name, "uid-" + name, FIRST, 1, "digest-1");
  }

  Settings job(
      String path,
      String cluster,
      String name,
      String uid,
      Instant createdAt,
      int attempt,
      String digest) {
    return new Settings(
        1,
        new Settings.Job(cluster, "demo", name, uid, createdAt),
        attempt,
        1,
        "image",
        digest,
        new Settings.Definition(
            "DStream",
            1000,
            new Settings.Source(List.of("events"), null, "Earliest", null),
            null,
            List.of(),
            null,
            new Settings.Sink(null, null, null),
            null),
        new Settings.Runtime(
            new Settings.SourceRuntime("kafka:9092", Map.of(), 1000, "Stop", "Stop"),
            new Settings.Checkpoint("s3a://" + bucket + "/" + path, "UseLedger", 10_000),
            new Settings.Upgrade("Savepoint"),
            new Settings.S3(endpoint, "us-east-1", true),
            new Settings.Driver(1, 512),
            new Settings.Executor(0, 1, 512),
            Map.of(),
            "INFO",
            null,
            "lease"),
        null,
        null);
  }
}
