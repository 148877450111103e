package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.awaitility.Awaitility;

/** What most scenarios have in common: how they begin, how a fault is struck, how they end. */
final class Play {
  static final Duration START = Duration.ofMinutes(3);
  static final Duration RECOVER = Duration.ofMinutes(3);
  static final int RATE = 100;

  private Play() {}

  /** Applies the scenario's job and waits until its first rows are there. */
  static Job started(Scene scene, Mode mode) {
    return started(scene, scene.manifest(mode));
  }

  /** Applies a job and waits until its first rows are there. */
  static Job started(Scene scene, Manifest manifest) {
    Job job = scene.apply(manifest);
    job.awaitReady(START);
    scene.awaitMoreRows(START);
    return job;
  }

  /** Applies the scenario's job, writes one record to each partition and waits for their rows. */
  static Job startedIdle(Scene scene, Mode mode) {
    return startedIdle(scene, scene.manifest(mode));
  }

  /** As above, with a manifest of one's own. */
  static Job startedIdle(Scene scene, Manifest manifest) {
    Job job = scene.apply(manifest);
    scene.end(START, "important beginning");
    job.awaitReady(START);
    return job;
  }

  /** A job that worked and was suspended, with records in the topic that it has not read. */
  static Job suspendedWithRecordsAhead(Scene scene) {
    Feeder feeder = scene.feed(RATE);
    Job job = started(scene, Mode.LOCAL);
    job.suspend(RECOVER);
    feeder.close();
    Feeder.write(scene.topic(), 2, 1_000);
    return job;
  }

  /**
   * Strikes a fault that ends the run, and waits until a later run commits and the operator has
   * seen it. Returns when the job is Ready again.
   */
  static double strike(Scene scene, Job job, Supplier<Instant> fault) {
    long restarts = job.number("restarts");
    Recovery recovery = Recovery.watch(scene.table());
    double seconds = recovery.secondsSince(fault.get(), RECOVER);
    scene.recovered(seconds);
    job.await("counted the recovery", RECOVER, object -> Job.number(object, "restarts") > restarts);
    job.awaitReady(RECOVER);
    return seconds;
  }

  /** As {@link #strike}, and the run after it must have gone on from the checkpoint. */
  static void strikeAndRecoverFromCheckpoint(Scene scene, Job job, Supplier<Instant> fault) {
    strike(scene, job, fault);
    assertThat(job.status("lastRecovery", "from"))
        .as("where the run went on from")
        .isEqualTo("Checkpoint");
  }

  /** Lets a suspended job go on, which must be from the ledger. */
  static void resumesFromLedger(Job job) {
    job.resume();
    job.await(
        "went on from the ledger",
        RECOVER,
        object -> "Ledger".equals(Job.status(object, "lastRecovery", "from")));
  }

  /** The newest epoch in the ledger of the scene's database; 0 before there is one. */
  static long epoch(Scene scene) {
    return scene.table().ask("SELECT max(epoch)::text FROM tidemark_jobs").stream()
        .mapToLong(Long::parseLong)
        .findFirst()
        .orElse(0);
  }

  /** Waits for so many executors that run. */
  static void awaitExecutors(Job job, int wanted) {
    Awaitility.await(wanted + " executors")
        .atMost(START)
        .until(() -> job.executors().size() == wanted);
  }

  /**
   * As {@link #strike} for a job whose spec is refused, so that it is never Ready: only rows tell.
   */
  static void strikeWhileRefused(Scene scene, Supplier<Instant> fault) {
    Recovery recovery = Recovery.watch(scene.table());
    scene.recovered(recovery.secondsSince(fault.get(), RECOVER));
  }

  /**
   * The end of most scenarios: everything is there once, no run wrote after a later one, also not
   * while it is deleted.
   */
  static void endsExact(Scene scene, Feeder feeder) {
    feeder.close();
    assertExact(scene, scene.settle(RECOVER, Rule.importantWithPlace()));
    scene.jobs().stream()
        .filter(job -> job.get() != null)
        .forEach(job -> job.delete(Duration.ofMinutes(2)));
    assertExact(scene, scene.judge(Rule.importantWithPlace()));
  }

  /** Nothing is doubled, and nothing is missing before what was written last in each partition. */
  static void assertExactSoFar(Scene scene) {
    List<List<String>> rows = scene.table().rows("value", "kafka_partition", "kafka_offset");
    Map<Integer, Long> last = new HashMap<>();
    rows.forEach(
        row -> last.merge(Integer.valueOf(row.get(1)), Long.valueOf(row.get(2)), Math::max));
    List<Event> committed =
        scene.topic().dump().stream()
            .filter(event -> event.offset() <= last.getOrDefault(event.partition(), -1L))
            .toList();
    assertExact(scene, scene.judged(Judge.compare(committed, Rule.importantWithPlace(), rows)));
  }

  static void assertExact(Scene scene, Verdict verdict) {
    assertThat(verdict.expected()).as("rows a serial run would write").isPositive();
    assertThat(verdict.exact()).as(verdict.toString()).isTrue();
    assertThat(scene.table().overlappingWriters())
        .as("runs that wrote after a later one had begun")
        .isEmpty();
  }
}
