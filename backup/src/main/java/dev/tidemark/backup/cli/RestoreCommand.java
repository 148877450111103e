package dev.tidemark.backup.cli;

import dev.tidemark.backup.BackupException;
import dev.tidemark.backup.BackupException.Reason;
import dev.tidemark.backup.checkpoint.Checkpoint;
import dev.tidemark.backup.repository.Creator;
import dev.tidemark.backup.repository.Creator.Request;
import dev.tidemark.backup.repository.Manifest;
import dev.tidemark.backup.repository.Manifest.Mode;
import dev.tidemark.backup.repository.Progress;
import dev.tidemark.backup.repository.Repository;
import dev.tidemark.backup.repository.Verification.Level;
import dev.tidemark.backup.repository.Verifier;
import dev.tidemark.backup.restore.Clone;
import dev.tidemark.backup.restore.Restorer;
import dev.tidemark.backup.restore.Restorer.Restored;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Puts a backup back. */
@Command(
    name = "restore",
    description =
        "Puts a backup back as the newest checkpoint of its job, which must be stopped (spec.suspend:"
            + " true).",
    mixinStandardHelpOptions = true)
final class RestoreCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @ParentCommand private Main main;
  @Mixin private Stores stores;

  @Option(names = "--from", required = true, description = "where the job's backups are")
  private String from;

  @Option(names = "--checkpoint", required = true, description = "spec.checkpoint.path of the job")
  private String checkpoint;

  @Option(names = "--id", description = "of the request, which is carried out once (default: new)")
  private String id;

  @Option(
      names = "--safety-backup",
      description = "first back today's checkpoint up, under this name")
  private String safety;

  @Option(
      names = "--keep-replaced",
      defaultValue = "PT24H",
      description = "for how long the job keeps what it had before (default: ${DEFAULT-VALUE})")
  private Duration keepReplaced;

  @Option(
      names = "--clone-to",
      paramLabel = "CLUSTER/NAMESPACE/NAME",
      description =
          "the backup may be of another job: this new one, which has no checkpoint yet, begins with its state"
              + " (CLUSTER is the uid of the namespace kube-system)")
  private String cloneTo;

  @ArgGroup(multiplicity = "1")
  private Which which;

  /** Which backup. */
  private static final class Which {
    @Parameters(description = "of the backup")
    private String name;

    @Option(names = "--latest", description = "the newest that was verified and found good")
    private boolean latest;

    @Option(names = "--before", description = "the newest good one made before this time")
    private Instant before;
  }

  @Override
  public Integer call() {
    Repository repository = stores.repository(from);
    Checkpoint target = stores.checkpoint(checkpoint);
    String request = id == null ? UUID.randomUUID().toString() : id;
    boolean choose = which.latest || which.before != null;
    String name = choose ? chosen(repository, target) : which.name;
    PrintWriter out = spec.commandLine().getOut();
    boolean saved = safety != null && saved(repository, target, request, out, safety);
    try (Bar bar = new Bar("restore", out)) {
      Restored restored =
          new Restorer(repository, target, bar)
              .restore(name, request, Instant.now().plus(keepReplaced), asClone());
      String said =
          String.format(
              Locale.ROOT,
              restored.already()
                  ? "this request was carried out before, as epoch %d; nothing was changed"
                  : "the backup " + name + " is the checkpoint of the job now, as epoch %d",
              restored.epoch());
      out.println(said);
      main.report(
          Report.completed(said, Report.Backup.of(restored.manifest(), from, null))
              .restored(
                  new Report.Restored(
                      restored.epoch(), restored.already(), saved ? safety : null)));
    }
    return 0;
  }

  private Clone asClone() {
    try {
      return cloneTo == null ? null : Clone.parse(cloneTo);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--clone-to: " + e.getMessage(), e);
    }
  }

  private String chosen(Repository repository, Checkpoint target) {
    return repository
        .newestGood(which.before)
        .map(Manifest::name)
        .orElseThrow(
            () ->
                new BackupException(
                    Reason.BackupNotFound,
                    "there is no backup at %s that was verified and found good%s. The checkpoint %s stays as it is"
                        .formatted(
                            from,
                            which.before == null ? "" : " and was made before " + which.before,
                            target.path())));
  }

  /** Where nothing is left to be saved, a restore is all the more wanted. */
  private static boolean saved(
      Repository repository, Checkpoint target, String request, PrintWriter out, String name) {
    try {
      Creator creator = new Creator(target, repository, Clock.systemUTC(), Progress.NONE);
      var unused = creator.create(new Request(name, null, request, Mode.Incremental));
      var seen = new Verifier(repository, Clock.systemUTC()).verify(name, Level.Presence);
      if (!seen.good()) {
        throw new BackupException(Reason.BackupDamaged, String.join("; ", seen.faults()));
      }
      out.println("today's checkpoint is the backup " + name);
      return true;
    } catch (BackupException e) {
      if (e.reason() != Reason.NothingToBackUp) {
        throw e;
      }
      out.println("no backup of today's checkpoint: " + e.getMessage());
      return false;
    }
  }
}
