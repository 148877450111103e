package dev.tidemark.backup.cli;

import dev.tidemark.backup.checkpoint.Checkpoint;
import dev.tidemark.backup.repository.Creator;
import dev.tidemark.backup.repository.Creator.Created;
import dev.tidemark.backup.repository.Creator.Request;
import dev.tidemark.backup.repository.Manifest.Mode;
import dev.tidemark.backup.repository.Pruner;
import dev.tidemark.backup.repository.Pruner.Pruned;
import dev.tidemark.backup.repository.Repository;
import dev.tidemark.backup.repository.Verification;
import dev.tidemark.backup.repository.Verification.Level;
import dev.tidemark.backup.repository.Verifier;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Makes a backup. */
@Command(
    name = "create",
    description = "Copies a checkpoint while its job runs, and looks whether all of it is there.",
    mixinStandardHelpOptions = true)
final class CreateCommand implements Callable<Integer> {
  /** So many a run: their names must fit into the report. */
  private static final int MOST_FORGOTTEN = 20;

  @Spec private CommandSpec spec;
  @ParentCommand private Main main;
  @Mixin private Stores stores;
  @Mixin private Rules rules;

  @Option(names = "--checkpoint", required = true, description = "spec.checkpoint.path of the job")
  private String checkpoint;

  @Option(names = "--to", required = true, description = "where the job's backups are")
  private String to;

  @Option(names = "--name", description = "of the backup (default: job and time)")
  private String name;

  @Option(names = "--slot", description = "the scheduled instant it belongs to")
  private Instant slot;

  @Option(
      names = "--mode",
      defaultValue = "Incremental",
      description =
          "${COMPLETION-CANDIDATES}: what is unchanged is stored once, or laid out so that any tool"
              + " can put it back (default: ${DEFAULT-VALUE})")
  private Mode mode;

  @Option(
      names = "--request",
      description = "of a program that may ask again: the same request makes one backup")
  private String request;

  @Option(
      names = "--verify",
      defaultValue = "Presence",
      description = "Presence or Checksum (default: ${DEFAULT-VALUE})")
  private Level level;

  @Option(names = "--prune", description = "then prune, by the rules below")
  private boolean prune;

  @Override
  public Integer call() {
    if (level == Level.RestoreDrill) {
      throw new ParameterException(
          spec.commandLine(),
          "a drill needs the image of the job: make the backup, then see docs/backup.md");
    }
    Checkpoint source = stores.checkpoint(checkpoint);
    Repository repository = stores.repository(to);
    PrintWriter out = spec.commandLine().getOut();
    Created created;
    try (Bar bar = new Bar("backup", out)) {
      created =
          new Creator(source, repository, Clock.systemUTC(), bar)
              .create(new Request(name, slot, request, mode));
    }
    String called = created.manifest().name();
    String said =
        String.format(
            Locale.ROOT,
            "backup %s at %s: %d objects, %d of them copied now (%d bytes)",
            called,
            to,
            created.manifest().objects().size(),
            created.copied(),
            created.copiedBytes());
    out.println(said);
    Verification seen = new Verifier(repository, Clock.systemUTC()).verify(called, level);
    seen.faults().forEach(out::println);
    Report report =
        Report.completed(said, Report.Backup.of(created.manifest(), to, created)).looked(seen);
    if (prune && seen.good()) {
      Pruned pruned =
          new Pruner(repository, Clock.systemUTC())
              .prune(rules.retention(spec.commandLine()), rules.grace(), MOST_FORGOTTEN, false);
      PruneCommand.say(out, pruned, false);
      report = report.forgotten(pruned.forgotten());
    }
    main.report(report);
    return seen.good() ? 0 : Main.REFUSED;
  }
}
