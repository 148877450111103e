package dev.tidemark.job;

import dev.tidemark.job.check.CheckRun;
import dev.tidemark.job.check.Verdict;
import dev.tidemark.job.engine.Drill;
import dev.tidemark.job.engine.Driver;
import dev.tidemark.job.engine.DriverStart;
import dev.tidemark.job.engine.Parts;
import dev.tidemark.job.engine.leased.ProgramDrill;
import dev.tidemark.job.outcome.TerminationMessage;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.owner.StoreClient;
import dev.tidemark.job.progress.JobLease;
import dev.tidemark.job.progress.LeaseTurn;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.settings.SettingsFile;
import dev.tidemark.job.supervise.Journal;
import dev.tidemark.job.supervise.Launch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/**
 * Entry of the driver pod and of other pods with its image: {@code driver}, {@code standby}, {@code
 * check}, or {@code drill <directory>}, which reads the checkpoint that lies there.
 */
public final class Main {
  private Main() {}

  /** Runs, leaves a termination message, and halts with a code of the contract. */
  public static void main(String[] args) {
    String mode = args.length > 0 ? args[0] : "";
    int code;
    try {
      code =
          switch (mode) {
            case "check" -> check();
            case "drill" -> drill(Path.of(args[1]));
            default -> driver(mode.equals("standby"));
          };
    } catch (Trouble e) {
      boolean check = mode.equals("check");
      TerminationMessage message = TerminationMessage.of(e);
      (check ? message.verdict(false) : message).leave();
      code = check ? Driver.STOPPED : Driver.MUST_STOP;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      code = Driver.FAILED;
    } catch (Throwable e) {
      e.printStackTrace();
      code = 1;
    }
    System.out.flush();
    System.err.flush();
    // Not exit: Spark's and Hadoop's shutdown hooks would take seconds, and everything that counts
    // is committed.
    Runtime.getRuntime().halt(code);
  }

  private static int driver(boolean standby) throws InterruptedException, IOException {
    // Each takes as long as reading the settings, and needs nothing of them.
    aside("log", () -> LoggerFactory.getLogger(Main.class));
    aside("store", StoreClient::load);
    Settings settings = SettingsFile.read();
    Journal journal = Journal.mounted();
    Parts parts = new DriverParts();
    if (standby) {
      return DriverStart.standBy(settings, parts, journal, System.in);
    }
    Launch launch = Launch.ofEnvironment();
    Optional<LeaseTurn> turn = turn(settings, journal);
    return turn.isPresent()
        ? DriverStart.follow(settings, parts, journal, launch, turn.get())
        : DriverStart.run(settings, parts, journal, launch);
  }

  /** What a pod waits for that was made to follow another driver, and has not had its turn. */
  private static Optional<LeaseTurn> turn(Settings settings, Journal journal) {
    return "true".equals(System.getenv("TIDEMARK_SUCCESSOR")) && !journal.hadTurn()
        ? JobLease.of(settings).map(lease -> new LeaseTurn(lease, settings.attempt()))
        : Optional.empty();
  }

  private static void aside(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  /** What was found lies beside the checkpoint, and a pod of a drill always ends well. */
  private static int drill(Path checkpoint) throws IOException {
    Optional<Drill.Found> program = ProgramDrill.of(checkpoint);
    Drill.Found found = program.isPresent() ? program.get() : Drill.of(checkpoint);
    found.write(checkpoint.resolve("drill.json"));
    return Driver.STOPPED;
  }

  /** The verdict is the message; a pod of a check run always ends well. */
  private static int check() {
    Verdict verdict = CheckRun.run(SettingsFile.read());
    new TerminationMessage(
            verdict.reason(),
            verdict.message(),
            verdict.reason().retryable(),
            verdict.accepted(),
            null,
            null,
            null,
            null,
            null)
        .leave();
    return Driver.STOPPED;
  }
}
