package dev.tidemark.backup.cli;

import dev.tidemark.backup.BackupException;
import dev.tidemark.backup.BackupException.Reason;
import dev.tidemark.backup.repository.Manifest;
import dev.tidemark.backup.repository.Repository;
import dev.tidemark.backup.repository.Verification;
import dev.tidemark.backup.repository.Verifier;
import dev.tidemark.backup.restore.Exporter;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Puts a backup into a directory. */
@Command(
    name = "export",
    description = "Puts a backup into a directory of this machine, as it lay in the checkpoint.",
    mixinStandardHelpOptions = true)
final class ExportCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @ParentCommand private Main main;
  @Mixin private Stores stores;

  @Option(names = "--from", required = true, description = "where the job's backups are")
  private String from;

  @Option(names = "--to", required = true, description = "an empty directory")
  private Path directory;

  @Parameters(description = "name of the backup")
  private String name;

  @Override
  public Integer call() throws IOException {
    Repository repository = stores.repository(from);
    try (Bar bar = new Bar("export", spec.commandLine().getOut())) {
      Manifest manifest = new Exporter(repository, bar).export(name, directory);
      String said = "the backup " + name + " is in " + directory;
      spec.commandLine().getOut().println(said);
      main.report(Report.completed(said, Report.Backup.of(manifest, from, null)));
      return 0;
    } catch (BackupException e) {
      if (e.reason() != Reason.BackupDamaged) {
        throw e;
      }
      return damaged(repository, e);
    }
  }

  /**
   * What is wrong with it is noted, as if it had been asked for: it does not count as good any
   * more.
   */
  private int damaged(Repository repository, BackupException found) {
    Verification seen =
        new Verifier(repository, Clock.systemUTC()).verify(name, Verification.Level.Checksum);
    if (seen.good()) {
      throw found; // it is, or again
    }
    Report report = Report.completed("", null).looked(seen);
    spec.commandLine().getErr().println(report.reason() + ": " + report.message());
    main.report(report);
    return Main.REFUSED;
  }
}
