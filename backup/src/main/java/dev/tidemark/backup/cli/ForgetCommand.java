package dev.tidemark.backup.cli;

import dev.tidemark.backup.repository.Repository;
import dev.tidemark.backup.repository.Sweeper;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Forgets backups by name. */
@Command(
    name = "forget",
    description = {
      "Forgets backups by name, whatever retention says; one that is not there is forgotten already.",
      "What no other backup needs is deleted by later passes, as with prune."
    },
    mixinStandardHelpOptions = true)
final class ForgetCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @ParentCommand private Main main;
  @Mixin private Stores stores;

  @Option(names = "--from", required = true, description = "where the job's backups are")
  private String from;

  @Option(
      names = "--grace",
      defaultValue = "PT1H",
      description = "for how long objects stay listed before they go (default: ${DEFAULT-VALUE})")
  private Duration grace;

  @Parameters(arity = "1..*", description = "names of backups")
  private List<String> names;

  @Override
  public Integer call() {
    Repository repository = stores.repository(from);
    repository.forget(names);
    new Sweeper(repository).sweep(grace, false);
    String said = String.join(", ", names) + " forgotten at " + from;
    spec.commandLine().getOut().println(said);
    main.report(Report.completed(said, null).forgotten(names));
    return 0;
  }
}
