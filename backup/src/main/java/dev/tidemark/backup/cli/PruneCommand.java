package dev.tidemark.backup.cli;

import dev.tidemark.backup.repository.Pruner;
import dev.tidemark.backup.repository.Pruner.Pruned;
import dev.tidemark.backup.repository.Retention;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
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

  @Option(names = "--from", required = true, description = "where the job's backups are")
  private String from;

  @Option(names = "--keep-last", defaultValue = "0")
  private int keepLast;

  @Option(names = "--keep-daily", defaultValue = "0")
  private int keepDaily;

  @Option(names = "--keep-weekly", defaultValue = "0")
  private int keepWeekly;

  @Option(names = "--keep-monthly", defaultValue = "0")
  private int keepMonthly;

  @Option(names = "--max-age", description = "as P90D")
  private Duration maxAge;

  @Option(
      names = "--min-keep",
      defaultValue = "1",
      description = "verified good ones that stay whatever happens (default: ${DEFAULT-VALUE})")
  private int minKeep;

  @Option(names = "--zone", defaultValue = "UTC", description = "whose days and weeks")
  private ZoneId zone;

  @Option(
      names = "--grace",
      defaultValue = "PT1H",
      description = "for how long objects stay listed before they go (default: ${DEFAULT-VALUE})")
  private Duration grace;

  @Option(names = "--dry-run", description = "only say what would be done")
  private boolean dry;

  @Override
  public Integer call() {
    Pruned pruned =
        new Pruner(stores.repository(from), Clock.systemUTC()).prune(retention(), grace, dry);
    PrintWriter out = spec.commandLine().getOut();
    String would = dry ? "would be " : "";
    pruned.forgotten().forEach(name -> out.println(name + " " + would + "forgotten"));
    out.printf(
        "%d objects %sdeleted (%d bytes), %d %slisted for a later pass%n",
        pruned.swept().deleted(),
        would,
        pruned.swept().deletedBytes(),
        pruned.swept().condemned(),
        would);
    return 0;
  }

  private Retention retention() {
    try {
      return new Retention(keepLast, keepDaily, keepWeekly, keepMonthly, maxAge, minKeep, zone);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }
}
