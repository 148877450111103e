package dev.tidemark.backup.cli;

import dev.tidemark.backup.BackupException;
import dev.tidemark.backup.store.ObjectStore;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The program {@code tidemark-backup}. */
@Command(
    name = "tidemark-backup",
    description = "Backs up the checkpoint of a streaming job while it runs, and puts it back.",
    mixinStandardHelpOptions = true,
    version = "0.1.0",
    subcommands = {
      CreateCommand.class,
      ListCommand.class,
      ShowCommand.class,
      VerifyCommand.class,
      ExportCommand.class,
      RestoreCommand.class,
      PruneCommand.class,
      ForgetCommand.class
    })
public final class Main {
  /** Exit code: something cannot be done; the sentence on standard error says what and why. */
  public static final int REFUSED = 1;

  /** Exit code: the same, but asking again may help. */
  public static final int LATER = 3;

  /** Exit code: a mistake of this program. */
  static final int FAILED = 70;

  @Option(
      names = "--report",
      scope = ScopeType.INHERIT,
      description = "file that receives what came of it as JSON, for programs")
  private Path report;

  private Main() {}

  /**
   * Runs a command; exit code 0, {@link #REFUSED}, {@link #LATER}, 2 for a wrong option, 70 for a
   * mistake.
   */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  /** Tells programs what came of it, if one listens. */
  void report(Report done) {
    done.write(report);
  }

  static CommandLine commandLine() {
    Main main = new Main();
    return new CommandLine(main)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> {
              if (failure instanceof BackupException e) {
                command.getErr().println(e.reason() + ": " + e.getMessage());
                main.report(Report.failed(e.reason().name(), e.getMessage()));
                return e.reason().passing() ? LATER : REFUSED;
              }
              if (failure instanceof ObjectStore.Changed e) {
                String sentence =
                    e.getMessage() + " meanwhile: somebody else is at work there; try again";
                command.getErr().println(sentence);
                main.report(
                    Report.failed(BackupException.Reason.CheckpointMoving.name(), sentence));
                return LATER;
              }
              main.report(Report.failed("Failed", String.valueOf(failure)));
              failure.printStackTrace(command.getErr()); // not foreseen: a person has to look
              return FAILED;
            });
  }
}
