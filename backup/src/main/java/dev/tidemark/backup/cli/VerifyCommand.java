package dev.tidemark.backup.cli;

import dev.tidemark.backup.repository.Repository;
import dev.tidemark.backup.repository.Verification;
import dev.tidemark.backup.repository.Verification.Level;
import dev.tidemark.backup.repository.Verifier;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Looks whether backups are still what was made. */
@Command(
    name = "verify",
    description = "Looks whether backups are whole, and notes it beside them.",
    mixinStandardHelpOptions = true)
final class VerifyCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @ParentCommand private Main main;
  @Mixin private Stores stores;

  @Option(names = "--from", required = true, description = "where the job's backups are")
  private String from;

  @Option(
      names = "--level",
      defaultValue = "Checksum",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}, which reads everything)")
  private Level level;

  @Parameters(arity = "0..*", description = "names of backups (default: all)")
  private List<String> names;

  @Override
  public Integer call() {
    Repository repository = stores.repository(from);
    PrintWriter out = spec.commandLine().getOut();
    Verifier verifier = new Verifier(repository, Clock.systemUTC());
    boolean good = true;
    List<String> asked = names == null ? repository.names() : names;
    for (String name : asked) {
      Verification seen = verifier.verify(name, level);
      good &= seen.good();
      out.println(name + ": " + (seen.good() ? "good (" + level + ")" : "DAMAGED"));
      seen.faults().forEach(fault -> out.println("  " + fault));
      if (asked.size() == 1) {
        main.report(report(repository, seen));
      }
    }
    return good ? 0 : Main.REFUSED;
  }

  private Report report(Repository repository, Verification seen) {
    String said = "backup " + seen.backup() + " at " + from + " is good (" + level + ")";
    Report.Backup backup =
        seen.good() ? Report.Backup.of(repository.read(seen.backup()), from, null) : null;
    return Report.completed(said, backup).looked(seen);
  }
}
