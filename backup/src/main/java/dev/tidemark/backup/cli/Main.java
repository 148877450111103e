package dev.tidemark.backup.cli;

import dev.tidemark.backup.BackupException;
import dev.tidemark.backup.store.ObjectStore;
import picocli.CommandLine;
import picocli.CommandLine.Command;

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
      RestoreCommand.class,
      PruneCommand.class
    })
public final class Main {
  /** Exit code: something cannot be done; the sentence on standard error says what and why. */
  public static final int REFUSED = 1;

  private Main() {}

  /** Runs a command; exit code 0, {@link #REFUSED}, or 2 for one that is not understood. */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> {
              if (failure instanceof BackupException e) {
                command.getErr().println(e.reason() + ": " + e.getMessage());
                return REFUSED;
              }
              if (failure instanceof ObjectStore.Changed e) {
                command
                    .getErr()
                    .println(
                        e.getMessage() + " meanwhile: somebody else is at work there; try again");
                return REFUSED;
              }
              throw failure;
            });
  }
}
