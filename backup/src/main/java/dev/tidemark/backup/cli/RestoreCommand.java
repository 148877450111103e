package dev.tidemark.backup.cli;

import dev.tidemark.backup.repository.Repository;
import dev.tidemark.backup.restore.Restorer;
import dev.tidemark.backup.restore.Restorer.Restored;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Puts a backup back. */
@Command(
    name = "restore",
    description =
        "Puts a backup back as the newest checkpoint of its job, which must be stopped (spec.suspend:"
            + " true).",
    mixinStandardHelpOptions = true)
final class RestoreCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Stores stores;

  @Option(names = "--from", required = true, description = "where the job's backups are")
  private String from;

  @Option(names = "--checkpoint", required = true, description = "spec.checkpoint.path of the job")
  private String checkpoint;

  @Option(names = "--id", description = "of the request, which is carried out once (default: new)")
  private String id;

  @Parameters(description = "of the backup")
  private String name;

  @Override
  public Integer call() {
    Repository repository = stores.repository(from);
    try (Bar bar = new Bar("restore")) {
      Restored restored =
          new Restorer(repository, stores.checkpoint(checkpoint), bar)
              .restore(name, id == null ? UUID.randomUUID().toString() : id);
      spec.commandLine()
          .getOut()
          .printf(
              restored.already()
                  ? "this request was carried out before, as epoch %d; nothing was changed%n"
                  : "the backup " + name + " is the checkpoint of the job now, as epoch %d%n",
              restored.epoch());
    }
    return 0;
  }
}
