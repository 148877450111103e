package dev.tidemark.operator.kubernetes.status;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.crds.Condition;
import dev.tidemark.crds.StreamingJob;
import dev.tidemark.crds.StreamingJobStatus;
import dev.tidemark.operator.core.Decision;
import dev.tidemark.operator.core.Memory;
import dev.tidemark.operator.core.Verdict;
import dev.tidemark.operator.kubernetes.manifests.Json;
import dev.tidemark.operator.kubernetes.manifests.SpecReading;
import dev.tidemark.operator.kubernetes.reading.LeaseReader;
import dev.tidemark.operator.kubernetes.reading.Notes;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The status that follows from a decision, and whether it is worth a write: conditions, phase and
 * memory at once, figures only so often.
 */
public final class StatusPatch {
  /** Between these two a job that keeps up flips with every batch. */
  private static final Set<String> WORKING = Set.of("Committing", "Idle");

  private StatusPatch() {}

  /** The status to write; empty when the one that is there says it already. */
  public static Optional<StreamingJobStatus> of(
      StreamingJob job,
      Decision decision,
      Verdict backups,
      StreamingJobStatus.BackupSeen backup,
      Optional<LeaseReader> report,
      Duration figuresEvery,
      Instant now) {
    StreamingJobStatus old = job.getStatus() == null ? empty() : job.getStatus();
    Instant figuresAt = figuresAt(job);
    StreamingJobStatus next = build(job, old, decision, backups, backup, report, now, figuresAt);
    boolean changed = !weighty(next).equals(weighty(old));
    boolean due = figuresAt == null || !now.isBefore(figuresAt.plus(figuresEvery));
    if (!changed && (next.equals(old) || !due)) {
      return Optional.empty();
    }
    return Optional.of(
        build(
            job, old, decision, backups, backup, report, now, now.truncatedTo(ChronoUnit.MILLIS)));
  }

  /** When the figures of a job were last written; null for never. */
  public static Instant figuresAt(StreamingJob job) {
    return job.getStatus() == null || job.getStatus().operator() == null
        ? null
        : job.getStatus().operator().figuresAt();
  }

  /** True when the figures that were last written are those of a job with nothing to do. */
  public static boolean showsIdle(StreamingJob job) {
    StreamingJobStatus shown = job.getStatus();
    return shown != null
        && shown.lag() != null
        && shown.lag() == 0
        && shown.lastBatch() != null
        && shown.lastBatch().records() == 0;
  }

  private static StreamingJobStatus build(
      StreamingJob job,
      StreamingJobStatus old,
      Decision decision,
      Verdict backups,
      StreamingJobStatus.BackupSeen backup,
      Optional<LeaseReader> report,
      Instant now,
      Instant figuresAt) {
    List<Verdict> verdicts = new ArrayList<>(decision.conditions());
    verdicts.add(backups);
    Memory memory = decision.memory();
    JsonNode json = report.map(LeaseReader::json).orElse(Json.object());
    int inPod = counted(memory) ? 0 : report.map(r -> r.seen().restarts()).orElse(0);
    return new StreamingJobStatus(
        SpecReading.generation(job),
        StreamingJobStatus.Phase.valueOf(decision.phase().name()),
        conditions(old.conditions(), verdicts, now),
        json.hasNonNull("revision")
            ? Integer.valueOf(json.get("revision").asInt())
            : old.revision(),
        memory.launched() == 0 ? null : memory.launched(),
        json.hasNonNull("epoch") ? Long.valueOf(json.get("epoch").asLong()) : old.epoch(),
        (long) memory.restarts() + inPod,
        json.hasNonNull("lag") ? Long.valueOf(json.get("lag").asLong()) : old.lag(),
        batch(json.path("batch")).orElse(old.lastBatch()),
        recovery(json.path("recovery")).orElse(old.lastRecovery()),
        checkpoint(job, json.path("checkpoint")).orElse(old.checkpoint()),
        state(json.path("state")).orElse(old.state()),
        json.path("skipped").asLong() > 0
            ? Long.valueOf(json.path("skipped").asLong())
            : old.skippedOffsets(),
        backup,
        Notes.restore(memory),
        executors(json.path("executors")).orElse(old.executors()),
        memory.image(),
        Notes.write(memory, figuresAt));
  }

  /**
   * The attempt of the report has ended, and its own restarts are in the memory's count already.
   */
  private static boolean counted(Memory memory) {
    return memory.ended() != null && memory.ended().attempt() >= memory.launched();
  }

  private static StreamingJobStatus empty() {
    return new StreamingJobStatus(
        null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
        null, null, null);
  }

  /** The part of a status that is written as soon as it changes. */
  private static StreamingJobStatus weighty(StreamingJobStatus s) {
    List<Condition> conditions = new ArrayList<>();
    for (Condition c : s.conditions() == null ? List.<Condition>of() : s.conditions()) {
      boolean working = c.reason() != null && WORKING.contains(c.reason());
      conditions.add(
          new Condition(
              c.type(),
              c.status(),
              working ? "" : c.reason(),
              working ? "" : c.message(),
              null,
              c.observedGeneration()));
    }
    dev.tidemark.crds.Memory operator =
        Notes.write(Notes.read(s.operator(), s.image(), s.restore()), null);
    return new StreamingJobStatus(
        s.observedGeneration(),
        s.phase(),
        conditions,
        s.revision(),
        s.attempt(),
        s.epoch(),
        s.restarts(),
        null,
        null,
        s.lastRecovery(),
        null,
        null,
        s.skippedOffsets(),
        s.backup(),
        s.restore(),
        null,
        s.image(),
        operator);
  }

  /** The time of a condition moves when its status does, and only then. */
  static List<Condition> conditions(List<Condition> old, List<Verdict> verdicts, Instant now) {
    List<Condition> conditions = new ArrayList<>();
    for (Verdict verdict : verdicts) {
      Condition.Status status = Condition.Status.valueOf(verdict.state().name());
      Instant since =
          Condition.since(old, verdict.type().name(), status, now.truncatedTo(ChronoUnit.SECONDS));
      conditions.add(
          new Condition(
              verdict.type().name(),
              status,
              verdict.reason(),
              verdict.message(),
              since,
              verdict.generation()));
    }
    return conditions;
  }

  private static Optional<StreamingJobStatus.Batch> batch(JsonNode json) {
    return json.isObject()
        ? Optional.of(
            new StreamingJobStatus.Batch(
                Json.instant(LeaseReader.text(json, "time")),
                json.path("records").asLong(),
                json.path("written").asLong()))
        : Optional.empty();
  }

  private static Optional<StreamingJobStatus.Recovery> recovery(JsonNode json) {
    return json.isObject() && json.path("seconds").isNumber()
        ? Optional.of(
            new StreamingJobStatus.Recovery(
                LeaseReader.text(json, "cause"),
                LeaseReader.text(json, "from"),
                json.path("seconds").asDouble(),
                Json.instant(LeaseReader.text(json, "at"))))
        : Optional.empty();
  }

  private static Optional<StreamingJobStatus.CheckpointSeen> checkpoint(
      StreamingJob job, JsonNode json) {
    return json.isObject()
        ? Optional.of(
            new StreamingJobStatus.CheckpointSeen(
                job.getSpec().checkpoint().path(),
                Json.instant(LeaseReader.text(json, "time")),
                json.path("behind").asBoolean(false)))
        : Optional.empty();
  }

  private static Optional<StreamingJobStatus.StateSeen> state(JsonNode json) {
    return json.isObject()
        ? Optional.of(
            new StreamingJobStatus.StateSeen(
                json.path("keys").asLong(),
                json.path("bytes").asLong(),
                json.path("late").asLong()))
        : Optional.empty();
  }

  private static Optional<String> executors(JsonNode json) {
    return json.isObject()
        ? Optional.of(json.path("live").asInt() + "/" + json.path("wanted").asInt())
        : Optional.empty();
  }
}
