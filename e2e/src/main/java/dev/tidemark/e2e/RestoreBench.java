package dev.tidemark.e2e;

import dev.tidemark.e2e.serial.Counting;
import dev.tidemark.e2e.serial.Programs;
import dev.tidemark.e2e.serial.Records;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** How long a job that counts is away while it goes back to a backup. */
final class RestoreBench {
  private static final Duration WITHIN = Duration.ofMinutes(3);
  private static final int RATE = 100;
  private static final int KEYS = 200;

  private final Cluster cluster;
  private final Infra infra;
  private final BenchResult result;

  RestoreBench(Cluster cluster, Infra infra, BenchResult result) {
    this.cluster = cluster;
    this.infra = infra;
    this.result = result;
  }

  /** Each so many times: on request, and after all of the checkpoint was deleted. */
  void run(int times) {
    try (Scene scene = Scene.open(cluster, infra, "bench")) {
      Records records = new Records(KEYS);
      Feeder feeder =
          scene.feed(RATE, (number, random) -> records.next(random, System.currentTimeMillis()));
      Counting counting = new Counting(infra, scene.id(), scene.topic(), Programs.totals());
      Job job =
          scene.apply(
              counting.in(
                  scene
                      .manifest(Mode.LOCAL)
                      .set("backup.path", "s3a://backups/" + scene.id())
                      .set("checkpoint.onLost", "RestoreBackup")));
      job.awaitReady(WITHIN);
      counting.awaitMore(WITHIN);
      BackupResources backups = new BackupResources(cluster.client(), scene.id());
      List<Double> asked = new ArrayList<>();
      List<Double> lost = new ArrayList<>();
      for (int i = 0; i < times; i++) {
        String name = "backup-" + i;
        backups.create(name, job);
        backups.await(name, "Completed", WITHIN);
        counting.awaitMore(WITHIN);
        asked.add(pause("on request", counting, job, () -> ask(job, name)));
        lost.add(pause("after a loss", counting, job, () -> lose(scene, job)));
      }
      feeder.close();
      Verdict verdict = counting.settle(WITHIN);
      result.add("restore on request, longest time without a commit", 20, asked, verdict);
      result.add("checkpoint deleted, longest time without a commit", 60, lost, verdict);
    }
  }

  private static void ask(Job job, String backup) {
    job.patch(
        "{\"spec\": {\"restore\": {\"requestId\": \"%s\", \"source\": {\"backupName\": \"%s\"}}}}"
            .formatted(backup, backup));
  }

  private static void lose(Scene scene, Job job) {
    scene.deleteObjects("");
    scene.faults().killPod(job.driver());
  }

  private static double pause(String what, Counting counting, Job job, Runnable cause) {
    Object before = job.status("restore", "requestId");
    cause.run();
    double seconds =
        Bench.longestPause(
            counting, () -> !Objects.equals(before, job.status("restore", "requestId")));
    System.out.printf("restore %s: %.2f s%n", what, seconds);
    job.awaitReady(WITHIN);
    counting.awaitMore(WITHIN);
    return seconds;
  }
}
