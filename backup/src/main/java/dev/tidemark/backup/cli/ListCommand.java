package dev.tidemark.backup.cli;

import dev.tidemark.backup.repository.Manifest;
import dev.tidemark.backup.repository.Repository;
import java.io.PrintWriter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows all backups of a location. */
@Command(
    name = "list",
    description = "Shows all backups, oldest first.",
    mixinStandardHelpOptions = true)
final class ListCommand implements Callable<Integer> {
  private static final String ROW = "%-44s %-20s %8s %14s %12s  %s%n";

  @Spec private CommandSpec spec;
  @Mixin private Stores stores;

  @Option(names = "--from", required = true, description = "where the job's backups are")
  private String from;

  @Override
  public Integer call() {
    Repository repository = stores.repository(from);
    PrintWriter out = spec.commandLine().getOut();
    List<Manifest> all = repository.all();
    out.printf(ROW, "NAME", "CREATED", "OBJECTS", "BYTES", "KEYS", "VERIFIED");
    for (Manifest backup : all) {
      out.printf(
          ROW,
          backup.name(),
          backup.createdAt().truncatedTo(ChronoUnit.SECONDS),
          backup.objects().size(),
          backup.bytes(),
          backup.state().path("keys").asLong(),
          repository
              .verification(backup.name())
              .map(seen -> seen.good() ? seen.level() + " " + seen.at() : "DAMAGED " + seen.at())
              .orElse("never"));
    }
    int unreadable = repository.names().size() - all.size();
    if (unreadable > 0) {
      out.println(unreadable + " more cannot be read; 'verify' says why");
    }
    return 0;
  }
}
