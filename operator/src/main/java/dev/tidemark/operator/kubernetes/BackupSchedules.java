package dev.tidemark.operator.kubernetes;

import dev.tidemark.crds.Backup;
import dev.tidemark.crds.Condition;
import dev.tidemark.crds.StreamingJob;
import dev.tidemark.crds.StreamingJobBackup;
import dev.tidemark.crds.StreamingJobBackupSpec;
import dev.tidemark.crds.StreamingJobBackupStatus;
import dev.tidemark.crds.StreamingJobStatus;
import dev.tidemark.operator.core.Reason;
import dev.tidemark.operator.core.backup.BackupSeen;
import dev.tidemark.operator.core.backup.BackupSeen.State;
import dev.tidemark.operator.core.backup.ScheduleDecision;
import dev.tidemark.operator.core.backup.ScheduleDecision.Create;
import dev.tidemark.operator.core.backup.ScheduleDecision.Look;
import dev.tidemark.operator.core.backup.ScheduleObservation;
import dev.tidemark.operator.core.backup.ScheduleRules;
import dev.tidemark.operator.core.backup.Slots;
import dev.tidemark.operator.kubernetes.manifests.Durations;
import dev.tidemark.operator.kubernetes.manifests.Json;
import dev.tidemark.operator.kubernetes.manifests.Labels;
import dev.tidemark.operator.kubernetes.manifests.SpecReading;
import dev.tidemark.operator.kubernetes.status.Announcer;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The backups of a job: what is due is created, and how they are is told. */
final class BackupSchedules {
  private final KubernetesClient client;
  private final Announcer announcer;

  BackupSchedules(KubernetesClient client, Announcer announcer) {
    this.client = client;
    this.announcer = announcer;
  }

  /** Observes, decides and acts; the decision is for the status. */
  ScheduleDecision run(StreamingJob job, Collection<StreamingJobBackup> backups, Instant now) {
    ScheduleObservation seen = observe(job, backups, now);
    ScheduleDecision decision = ScheduleRules.decide(seen);
    if (decision.create() != null) {
      Optional<String> refused = create(job, decision.create());
      if (refused.isPresent()) {
        return ScheduleRules.decide(seen.afterRefusal(refused.get()));
      }
    }
    if (decision.look() != null) {
      Look look = decision.look();
      BackupRuns.ask(
          client,
          job.getMetadata().getNamespace(),
          look.backup(),
          look.requestId(),
          job.getSpec().backup().verify().level());
    }
    if (decision.event() != null) {
      announcer.tell(
          job, decision.event().reason(), decision.event().sentence(), decision.event().warning());
    }
    return decision;
  }

  private static ScheduleObservation observe(
      StreamingJob job, Collection<StreamingJobBackup> backups, Instant now) {
    Backup backup = job.getSpec().backup();
    StreamingJobStatus status = job.getStatus();
    StreamingJobStatus.BackupSeen noted = status == null ? null : status.backup();
    String verify = backup == null ? null : backup.verify().schedule();
    return new ScheduleObservation(
        now,
        job.getMetadata().getName(),
        SpecReading.generation(job),
        job.getMetadata().getDeletionTimestamp() == null && !SpecReading.paused(job),
        backup != null,
        backup != null && backup.schedule() != null,
        backup != null && backup.suspend(),
        job.getSpec().needsCheckpoint(),
        status != null && status.lastBatch() != null,
        backup != null && backup.concurrencyPolicy() == Backup.Concurrency.Queue,
        backup == null ? Duration.ZERO : Durations.of(backup.startingDeadline()),
        slots(
            job,
            backup == null ? null : backup.schedule(),
            noted == null ? null : noted.nextSchedule(),
            now),
        slots(job, verify, noted == null ? null : noted.nextVerification(), now),
        seen(job, backups),
        noted == null ? null : noted.lastSchedule(),
        noted == null || noted.missed() == null ? 0 : noted.missed(),
        null);
  }

  private static Slots slots(StreamingJob job, String schedule, Instant pending, Instant now) {
    if (schedule == null) {
      return Slots.NONE;
    }
    Backup backup = job.getSpec().backup();
    try {
      return Cron.of(schedule, backup.timeZone()).slots(pending, now, shift(job));
    } catch (IllegalArgumentException e) {
      return Slots.unreadable("No backups are taken: " + e.getMessage() + ". Correct spec.backup.");
    }
  }

  /** A job's own share of the jitter, always the same. */
  static Duration shift(StreamingJob job) {
    long jitter = Durations.of(job.getSpec().backup().jitter()).toMillis();
    String who = job.getMetadata().getNamespace() + "/" + job.getMetadata().getName();
    return Duration.ofMillis(
        jitter == 0 ? 0 : Math.floorMod(who.hashCode() * 0x9E3779B97F4A7C15L, jitter));
  }

  static List<BackupSeen> seen(StreamingJob job, Collection<StreamingJobBackup> backups) {
    return backups.stream()
        .filter(b -> b.getSpec().jobRef().name().equals(job.getMetadata().getName()))
        .filter(b -> b.getMetadata().getDeletionTimestamp() == null)
        .map(BackupSchedules::seen)
        .sorted(Comparator.comparing(BackupSeen::at))
        .toList();
  }

  private static BackupSeen seen(StreamingJobBackup backup) {
    StreamingJobBackupStatus status = backup.getStatus();
    StreamingJobBackupStatus.Phase phase = status == null ? null : status.phase();
    StreamingJobBackupStatus.Seen look = status == null ? null : status.verification();
    StreamingJobBackupSpec.Look asked = backup.getSpec().verification();
    Optional<Condition> complete =
        status == null ? Optional.empty() : Condition.find(status.conditions(), "Complete");
    return new BackupSeen(
        backup.getMetadata().getName(),
        backup.getSpec().slot() == null
            ? Json.instant(backup.getMetadata().getCreationTimestamp())
            : backup.getSpec().slot(),
        phase == StreamingJobBackupStatus.Phase.Completed
            ? State.COMPLETED
            : phase == StreamingJobBackupStatus.Phase.Failed ? State.FAILED : State.UNDER_WAY,
        status == null ? null : status.completedAt(),
        complete.map(Condition::reason).orElse(null),
        complete.map(Condition::message).orElse(""),
        look == null ? null : look.good(),
        look != null && Boolean.TRUE.equals(look.good()) && !"Presence".equals(look.level()),
        asked != null && (look == null || !asked.requestId().equals(look.requestId())));
  }

  private static StreamingJobBackup backup(
      StreamingJob job, String name, Instant slot, Boolean existing) {
    StreamingJobBackup backup = new StreamingJobBackup();
    backup.setMetadata(
        new ObjectMetaBuilder()
            .withName(name)
            .withNamespace(job.getMetadata().getNamespace())
            .withLabels(Labels.of(job.getMetadata().getName(), Labels.BACKUP))
            .build());
    backup.setSpec(
        new StreamingJobBackupSpec(
            new StreamingJobBackupSpec.JobRef(job.getMetadata().getName()),
            slot,
            null,
            existing,
            null,
            null));
    return backup;
  }

  /** Gives a backup that a restore has made a resource, so that people see it. */
  void show(StreamingJob job, String name) {
    try {
      client.resource(backup(job, name, null, true)).create();
    } catch (KubernetesClientException e) {
      if (e.getCode() < 400) {
        throw e;
      }
      announcer.tell(
          job,
          Reason.RestoreCompleted.name(),
          "Today's checkpoint is the backup " + name + "; it could not be shown: " + e.getMessage(),
          true);
    }
  }

  /** Empty when it is made, now or before; else why not. */
  private Optional<String> create(StreamingJob job, Create create) {
    StreamingJobBackup backup = backup(job, create.name(), create.slot(), null);
    try {
      client.resource(backup).create();
      return Optional.empty();
    } catch (KubernetesClientException e) {
      if (e.getCode() < 400) {
        throw e; // nobody answered: that is for the retry of the whole reconciliation
      }
      StreamingJobBackup there = e.getCode() == 409 ? client.resource(backup).get() : null;
      if (there != null && create.slot().equals(there.getSpec().slot())) {
        return Optional.empty();
      }
      return Optional.of(
          there != null
              ? "StreamingJobBackup "
                  + create.name()
                  + " exists and is not of this schedule; delete or rename it."
              : "The API server refused the StreamingJobBackup "
                  + create.name()
                  + " ("
                  + e.getCode()
                  + "): "
                  + e.getMessage());
    }
  }

  /** What the status of the job says of its backups. */
  static StreamingJobStatus.BackupSeen status(
      StreamingJob job, Collection<StreamingJobBackup> backups, ScheduleDecision decision) {
    if (job.getSpec().backup() == null) {
      return null;
    }
    List<BackupSeen> all = seen(job, backups);
    return new StreamingJobStatus.BackupSeen(
        decision.lastSchedule(),
        decision.nextSchedule(),
        newest(all, b -> b.state() == State.COMPLETED && !Boolean.FALSE.equals(b.good())),
        newest(all, b -> b.state() == State.FAILED),
        newest(all, BackupSeen::proven),
        decision.missed(),
        decision.nextLook());
  }

  private static StreamingJobStatus.BackupResult newest(
      List<BackupSeen> oldestFirst, java.util.function.Predicate<BackupSeen> which) {
    return oldestFirst.stream()
        .filter(which)
        .reduce((older, newer) -> newer)
        .map(
            b ->
                new StreamingJobStatus.BackupResult(
                    b.name(), b.endedAt(), b.state() == State.FAILED ? b.reason() : null))
        .orElse(null);
  }
}
