package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.e2e.serial.Counting;
import dev.tidemark.e2e.serial.Program;
import dev.tidemark.e2e.serial.Records;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.awaitility.Awaitility;

/** A job that counts, fed for as long as the scenario lasts. */
final class CountingPlay {
  static final int KEYS = 200;

  final Scene scene;
  final Counting counting;
  final Job job;
  final Feeder feeder;

  CountingPlay(Scene scene, Mode mode, Program program) {
    this(scene, scene.manifest(mode), program);
  }

  CountingPlay(Scene scene, Manifest manifest, Program program) {
    this(scene, manifest, program, job -> {});
  }

  /** As above; something happens to the job while it starts. */
  CountingPlay(Scene scene, Manifest manifest, Program program, Consumer<Job> meanwhile) {
    this.scene = scene;
    Records records = new Records(KEYS);
    feeder =
        scene.feed(Play.RATE, (number, random) -> records.next(random, System.currentTimeMillis()));
    counting = new Counting(scene.infra(), scene.id(), scene.topic(), program);
    job = scene.apply(counting.in(manifest));
    meanwhile.accept(job);
    job.awaitReady(Play.START);
    counting.awaitMore(Play.START);
  }

  /** Strikes, waits for the next commit of a later run, and looks. */
  void strike(Supplier<Instant> fault) {
    long epoch = Play.epoch(scene);
    Instant struck = fault.get();
    Awaitility.await("a commit of a run after epoch " + epoch)
        .atMost(Play.RECOVER)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> Play.epoch(scene) > epoch);
    counting.awaitMore(Play.RECOVER);
    scene.recovered(Duration.between(struck, Instant.now()).toMillis() / 1000.0);
    exact(counting.look());
  }

  void endsExact() {
    feeder.close();
    Verdict verdict = counting.settle(Play.RECOVER);
    assertThat(verdict.expected()).isPositive();
    exact(verdict);
  }

  private void exact(Verdict verdict) {
    assertThat(scene.judged(verdict).exact()).as(verdict.toString()).isTrue();
  }
}
