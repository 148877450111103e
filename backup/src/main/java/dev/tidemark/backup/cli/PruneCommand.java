package dev.tidemark.backup.cli;

import dev.tidemark.backup.repository.Pruner;
import dev.tidemark.backup.repository.Pruner.Pruned;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Forgets backups and deletes what no backup needs. */
@Command(
    name = "prune",
    description = {
      "Forgets the backups that no rule keeps, and deletes objects that no backup needs.",
      "Objects go in two passes: this one lists them, a later one deletes them."
    },
    mixinStandardHelpOptions = true)
final class PruneCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Stores stores;
  @Mixin private Rules rules;

  @Option(names = "--from", required = true, description = "where the job's backups are")
  private String from;

  @Option(names = "--dry-run", description = "only say what would be done")
  private boolean dry;

  @Override
  public Integer call() {
    Pruned pruned =
        new Pruner(stores.repository(from), Clock.systemUTC())
            .prune(rules.retention(spec.commandLine()), rules.grace(), Integer.MAX_VALUE, dry);
    say(spec.commandLine().getOut(), pruned, dry);
    return 0;
  }

  static void say(PrintWriter out, Pruned pruned, boolean dry) {
    String would = dry ? "would be " : "";
    pruned.forgotten().forEach(name -> out.println(name + " " + would + "forgotten"));
    out.printf(
        "%d objects %sdeleted (%d bytes), %d %slisted for a later pass%n",
        pruned.swept().deleted(),
        would,
        pruned.swept().deletedBytes(),
        pruned.swept().condemned(),
        would);
  }
}
