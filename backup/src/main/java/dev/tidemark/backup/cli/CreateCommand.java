package dev.tidemark.backup.cli;

import dev.tidemark.backup.checkpoint.Checkpoint;
import dev.tidemark.backup.repository.Creator;
import dev.tidemark.backup.repository.Creator.Created;
import dev.tidemark.backup.repository.Manifest.Mode;
import dev.tidemark.backup.repository.Repository;
import dev.tidemark.backup.repository.Verification;
import dev.tidemark.backup.repository.Verification.Level;
import dev.tidemark.backup.repository.Verifier;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes a backup. */
@Command(
    name = "create",
    description = "Copies a checkpoint while its job runs, and looks whether all of it is there.",
    mixinStandardHelpOptions = true)
final class CreateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Stores stores;

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

  @Override
  public Integer call() {
    Checkpoint source = stores.checkpoint(checkpoint);
    Repository repository = stores.repository(to);
    PrintWriter out = spec.commandLine().getOut();
    Created created;
    try (Bar bar = new Bar("backup")) {
      created = new Creator(source, repository, Clock.systemUTC(), bar).create(name, slot, mode);
    }
    String called = created.manifest().name();
    out.printf(
        "backup %s at %s: %d objects, %d of them copied now (%d bytes)%n",
        called, to, created.manifest().objects().size(), created.copied(), created.copiedBytes());
    Verification seen = new Verifier(repository, Clock.systemUTC()).verify(called, Level.Presence);
    seen.faults().forEach(out::println);
    return seen.good() ? 0 : Main.REFUSED;
  }
}
