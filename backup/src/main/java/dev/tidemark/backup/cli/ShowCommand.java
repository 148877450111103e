package dev.tidemark.backup.cli;

import dev.tidemark.backup.Json;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows the manifest of a backup. */
@Command(
    name = "show",
    description = "Prints the manifest of a backup as JSON.",
    mixinStandardHelpOptions = true)
final class ShowCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Stores stores;

  @Option(names = "--from", required = true, description = "where the job's backups are")
  private String from;

  @Parameters(description = "of the backup")
  private String name;

  @Override
  public Integer call() {
    byte[] document = Json.bytes(stores.repository(from).read(name));
    spec.commandLine().getOut().println(new String(document, StandardCharsets.UTF_8));
    return 0;
  }
}
