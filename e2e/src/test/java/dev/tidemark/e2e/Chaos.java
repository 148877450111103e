package dev.tidemark.e2e;

import dev.tidemark.e2e.ChaosSchedule.Blow;
import dev.tidemark.e2e.ChaosSchedule.Target;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Carries a schedule out; says what it does. Everything it broke is mended when it is closed. */
final class Chaos implements AutoCloseable {
  /** A job and the lines to its stores. */
  record Victim(Scene scene, Line kafka, Line minio, Line postgres) {
    static Victim of(Scene scene, Line kafka) {
      return new Victim(scene, kafka, scene.lines().minio(), scene.lines().postgres());
    }

    /** The scene's manifest along those lines. */
    Manifest manifest(Mode mode) {
      return scene
          .manifest(mode)
          .kafka(kafka)
          .minio(minio)
          .postgres(postgres, scene.id())
          .set("restart.maxBackoff", "30s");
    }

    Job job() {
      return scene.jobs().get(0);
    }
  }

  private final Random random;
  private final Victim rows;
  private final Victim totals;
  private final long begun = System.nanoTime();
  private final ScheduledExecutorService later = Executors.newScheduledThreadPool(4);
  private final Set<Line> disturbed = ConcurrentHashMap.newKeySet();
  private int nonce;

  Chaos(long seed, Victim rows, Victim totals) {
    this.random = new Random(seed);
    this.rows = rows;
    this.totals = totals;
  }

  void strikeWhenDue(Blow blow) {
    awaitLength(blow.at());
    Victim victim = blow.target() == Target.ROWS ? rows : totals;
    say(blow.toString());
    Faults faults = victim.scene().faults();
    Job job = victim.job();
    switch (blow.fault()) {
      case JVM_KILLED -> driver(victim, faults::killJvm);
      case JVM_HUNG -> driver(victim, faults::hangJvm);
      case CONTAINER_KILLED -> driver(victim, faults::killProcesses);
      case POD_DELETED -> driver(victim, faults::deletePod);
      case POD_KILLED -> driver(victim, faults::killPod);
      case POD_EVICTED -> driver(victim, faults::evict);
      case POD_FROZEN ->
          driver(
              victim,
              pod -> {
                faults.freeze(pod);
                takenBack(blow, () -> faults.thaw(pod));
              });
      case EXECUTOR_KILLED -> {
        List<Pod> executors = totals.job().executors();
        if (executors.isEmpty()) {
          say("      there is no executor");
        } else {
          faults.killPod(executors.get(random.nextInt(executors.size())));
        }
      }
      case OPERATOR_KILLED -> faults.killOperator();
      case SESSIONS_CUT -> victim.scene().infra().cutSessions(victim.scene().id());
      case DATABASE_CUT -> line(blow, victim.postgres(), Line::cut);
      case DATABASE_SILENT -> line(blow, victim.postgres(), Line::silence);
      case DATABASE_SLOW -> line(blow, victim.postgres(), Chaos::slow);
      case STORE_CUT -> line(blow, victim.minio(), Line::cut);
      case STORE_SLOW -> line(blow, victim.minio(), Chaos::slow);
      case KAFKA_CUT -> line(blow, victim.kafka(), Line::cut);
      case KAFKA_SLOW -> line(blow, victim.kafka(), Chaos::slow);
      case RESTARTED -> job.patch("{\"spec\": {\"restartNonce\": %d}}".formatted(++nonce));
      case SUSPENDED -> {
        job.patch("{\"spec\": {\"suspend\": true}}");
        takenBack(blow, job::resume);
      }
    }
  }

  private static void slow(Line line) {
    line.slow(Duration.ofMillis(200));
  }

  /** The newest driver pod of this moment, whatever it does just now. */
  private void driver(Victim victim, Consumer<Pod> strike) {
    List<Pod> drivers = victim.job().drivers();
    if (drivers.isEmpty()) {
      say("      there is no driver");
      return;
    }
    Pod pod = drivers.get(drivers.size() - 1);
    try {
      strike.accept(pod);
    } catch (RuntimeException e) { // it may have ended by itself, or not have begun
      say(
          "      %s could not be struck: %s"
              .formatted(pod.getMetadata().getName(), e.getMessage()));
    }
  }

  private void line(Blow blow, Line line, Consumer<Line> disturbance) {
    if (!disturbed.add(line)) {
      say("      that line is disturbed already");
      return;
    }
    disturbance.accept(line);
    takenBack(
        blow,
        () -> {
          line.mend();
          disturbed.remove(line);
        });
  }

  private void takenBack(Blow blow, Runnable end) {
    var unused =
        later.schedule(
            () -> {
              end.run();
              say("      end of " + blow);
            },
            blow.lasts().toMillis(),
            TimeUnit.MILLISECONDS);
  }

  /** Time is what a schedule is about: it is waited for, not for anything to happen. */
  void awaitLength(Duration length) {
    Duration left = length.minusNanos(System.nanoTime() - begun);
    if (!left.isNegative()) {
      Outage.last(left);
    }
  }

  private void say(String what) {
    System.out.printf("[%4d s] %s%n", (System.nanoTime() - begun) / 1_000_000_000, what);
  }

  @Override
  public void close() {
    later.shutdown(); // what was put off is still done
    try {
      if (!later.awaitTermination(1, TimeUnit.MINUTES)) {
        throw new IllegalStateException("Not everything was mended within a minute.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
