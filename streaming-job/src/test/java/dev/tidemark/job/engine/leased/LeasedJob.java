package dev.tidemark.job.engine.leased;

import dev.tidemark.job.owner.OwnerRecord;
import dev.tidemark.job.settings.Settings;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** A job whose program is fenced by its Lease, with its checkpoint in a directory. */
final class LeasedJob {
  private LeasedJob() {}

  static Settings settings(
      Path checkpoint,
      String mainClass,
      List<String> args,
      String onLost,
      String strategy,
      long progressDeadlineMillis) {
    return new Settings(
        1,
        new Settings.Job("cluster", "demo", "totals", "uid", Instant.EPOCH),
        1,
        1,
        "image",
        "digest",
        new Settings.Definition(
            "DStream",
            1000,
            null,
            null,
            null,
            null,
            null,
            new Settings.Application(mainClass, args, "Lease")),
        new Settings.Runtime(
            null,
            new Settings.Checkpoint(checkpoint.toUri().toString(), onLost, 10_000),
            new Settings.Upgrade(strategy),
            new Settings.S3(null, null, false),
            new Settings.Driver(1, 512),
            new Settings.Executor(0, 1, 512),
            Map.of(),
            "INFO",
            progressDeadlineMillis,
            "lease"),
        null,
        null);
  }

  static OwnerRecord owner(
      int revision, long epoch, long floor, int stateRevision, Instant keepReplacedUntil) {
    return new OwnerRecord(
        1,
        "job",
        "cluster",
        "demo",
        "totals",
        "uid",
        Instant.EPOCH,
        1,
        revision,
        "digest",
        epoch,
        floor,
        null,
        false,
        stateRevision,
        null,
        keepReplacedUntil,
        null);
  }
}
