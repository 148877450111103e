package dev.tidemark.operator.kubernetes.manifests;

import dev.tidemark.crds.Backup;
import dev.tidemark.crds.Backup.Retention;
import dev.tidemark.crds.Restore;
import dev.tidemark.crds.StreamingJob;
import dev.tidemark.crds.StreamingJobBackup;
import dev.tidemark.crds.StreamingJobBackupSpec;
import dev.tidemark.operator.core.RestorePlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What {@code tidemark-backup} is asked for. */
public final class BackupArguments {
  private BackupArguments() {}

  /** Makes a backup, looks at it, and forgets those that retention does not keep. */
  public static List<String> create(StreamingJobBackup wanted, StreamingJob job) {
    Backup backup = job.getSpec().backup();
    StreamingJobBackupSpec spec = wanted.getSpec();
    if (Boolean.TRUE.equals(spec.existing())) {
      return look(wanted, job, first(backup));
    }
    List<String> all = new ArrayList<>();
    all.add("create");
    all.add("--checkpoint=" + job.getSpec().checkpoint().path());
    all.add("--to=" + backup.path());
    all.add("--name=" + wanted.getMetadata().getName());
    all.add("--request=" + wanted.getMetadata().getUid());
    if (spec.slot() != null) {
      all.add("--slot=" + spec.slot());
    }
    all.add("--mode=" + (spec.mode() == null ? backup.mode() : spec.mode()));
    all.add("--verify=" + first(backup));
    all.add("--prune");
    rules(backup, all);
    return all;
  }

  /** How closely it is looked at where it is made; a drill follows in a run of its own. */
  private static Backup.Level first(Backup backup) {
    Backup.Level asked = backup.verify().onCompletion();
    return asked == Backup.Level.RestoreDrill ? Backup.Level.Checksum : asked;
  }

  private static void rules(Backup backup, List<String> all) {
    Retention rules = backup.retention();
    all.add("--keep-last=" + rules.keepLast());
    if (rules.keepDaily() != null) {
      all.add("--keep-daily=" + rules.keepDaily());
    }
    if (rules.keepWeekly() != null) {
      all.add("--keep-weekly=" + rules.keepWeekly());
    }
    if (rules.keepMonthly() != null) {
      all.add("--keep-monthly=" + rules.keepMonthly());
    }
    if (rules.maxAge() != null) {
      all.add("--max-age=" + duration(rules.maxAge()));
    }
    all.add("--min-keep=" + rules.minKeep());
    all.add("--zone=" + backup.timeZone());
  }

  /** {@code 30m}, {@code 72h} or {@code 90d} as ISO 8601 has it. */
  private static String duration(String age) {
    String number = age.substring(0, age.length() - 1);
    return age.endsWith("d")
        ? "P" + number + "D"
        : "PT" + number + age.substring(age.length() - 1).toUpperCase(Locale.ROOT);
  }

  public static List<String> look(StreamingJobBackup backup, StreamingJob job, Backup.Level level) {
    return List.of(
        "verify",
        "--from=" + place(backup, job),
        "--level=" + level,
        backup.getMetadata().getName());
  }

  /** Puts a backup where the job's image is to read it. */
  static List<String> export(StreamingJobBackup backup, StreamingJob job, String directory) {
    return List.of(
        "export",
        "--from=" + place(backup, job),
        "--to=" + directory,
        backup.getMetadata().getName());
  }

  /** Notes what the job's image has read there. */
  static List<String> drilled(StreamingJobBackup backup, StreamingJob job, String directory) {
    List<String> all = new ArrayList<>(look(backup, job, Backup.Level.RestoreDrill));
    all.add("--drilled=" + directory + "/drill.json");
    return all;
  }

  public static List<String> erase(StreamingJobBackup backup, StreamingJob job) {
    return List.of("forget", "--from=" + place(backup, job), backup.getMetadata().getName());
  }

  /**
   * Puts a backup in the place of the checkpoint; a lost one is not worth a backup first.
   *
   * @param cluster identity of this cluster
   * @param location where the backups are
   */
  static List<String> restore(StreamingJob job, RestorePlan plan, String cluster, String location) {
    Restore restore = job.getSpec().restore();
    Restore.From source = plan.rescue() ? null : restore.source();
    List<String> all = new ArrayList<>();
    all.add("restore");
    all.add("--checkpoint=" + job.getSpec().checkpoint().path());
    all.add("--from=" + location);
    all.add("--id=" + plan.requestId());
    if (source != null && source.backupName() == null) {
      // It may be of another job, if this one has no checkpoint yet.
      all.add(
          "--clone-to="
              + cluster
              + "/"
              + job.getMetadata().getNamespace()
              + "/"
              + job.getMetadata().getName());
    }
    if (!plan.rescue() && restore.safetyBackup()) {
      all.add(
          "--safety-backup="
              + job.getMetadata().getName()
              + "-before-"
              + Digest.ofNames(plan.requestId()));
    }
    if (!plan.rescue()) {
      all.add("--keep-replaced=" + duration(restore.keepReplacedFor()));
    }
    if (source == null || (source.backupName() == null && source.before() == null)) {
      all.add("--latest");
    } else if (source.before() != null) {
      all.add("--before=" + source.before());
    } else {
      all.add(source.backupName());
    }
    return all;
  }

  /** Where it was made, even if the job's backups are elsewhere now. */
  private static String place(StreamingJobBackup backup, StreamingJob job) {
    return backup.getStatus() == null || backup.getStatus().path() == null
        ? job.getSpec().backup().path()
        : backup.getStatus().path();
  }
}
