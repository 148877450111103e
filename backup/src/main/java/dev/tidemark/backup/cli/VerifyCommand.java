package dev.tidemark.backup.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.tidemark.backup.Json;
import dev.tidemark.backup.repository.Repository;
import dev.tidemark.backup.repository.Verification;
import dev.tidemark.backup.repository.Verification.Drill;
import dev.tidemark.backup.repository.Verification.Level;
import dev.tidemark.backup.repository.Verifier;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
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

  @Option(
      names = "--drilled",
      description =
          "for RestoreDrill: the drill.json that 'entrypoint drill' of the job's image has left beside the"
              + " exported backup")
  private Path drilled;

  @Parameters(arity = "0..*", description = "names of backups (default: all)")
  private List<String> names;

  @Override
  public Integer call() throws IOException {
    Repository repository = stores.repository(from);
    PrintWriter out = spec.commandLine().getOut();
    Verifier verifier = new Verifier(repository, Clock.systemUTC());
    boolean good = true;
    List<String> asked = names == null ? repository.names() : names;
    if ((level == Level.RestoreDrill) != (drilled != null && asked.size() == 1)) {
      throw new ParameterException(
          spec.commandLine(),
          "--level=RestoreDrill, --drilled and the name of one backup belong together; docs/backup.md shows how a"
              + " drill is made by hand");
    }
    for (String name : asked) {
      Verification seen =
          level == Level.RestoreDrill
              ? verifier.verify(name, read(drilled))
              : verifier.verify(name, level);
      good &= seen.good();
      out.println(name + ": " + (seen.good() ? "good (" + level + ")" : "DAMAGED"));
      seen.faults().forEach(fault -> out.println("  " + fault));
      if (asked.size() == 1) {
        main.report(report(repository, seen));
      }
    }
    return good ? 0 : Main.REFUSED;
  }

  private Drill read(Path file) throws IOException {
    try {
      return Json.MAPPER.readValue(file.toFile(), Drill.class);
    } catch (JsonProcessingException e) {
      throw new ParameterException(
          spec.commandLine(), file + " is no drill.json: " + e.getOriginalMessage(), e);
    }
  }

  private Report report(Repository repository, Verification seen) {
    String said =
        "backup "
            + seen.backup()
            + " at "
            + from
            + " is good ("
            + level
            + (seen.drill() == null
                ? ")"
                : ": %d keys read by Spark %s)"
                    .formatted(seen.drill().keys(), seen.drill().spark()));
    Report.Backup backup =
        seen.good() ? Report.Backup.of(repository.read(seen.backup()), from, null) : null;
    return Report.completed(said, backup).looked(seen);
  }
}
