package dev.tidemark.job.engine.leased;

import dev.tidemark.job.engine.MainThread;
import dev.tidemark.job.engine.Runs;
import dev.tidemark.job.engine.SparkSettings;
import dev.tidemark.job.engine.StopRequest;
import dev.tidemark.job.engine.StoreTrouble;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.owner.OwnerRecord;
import dev.tidemark.job.owner.Ownership;
import dev.tidemark.job.progress.LeaseHold;
import dev.tidemark.job.progress.Progress;
import dev.tidemark.job.progress.Report;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.state.StoreSettings;
import dev.tidemark.job.supervise.Journal;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.package$;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The runs of a program that its Lease fences. Once {@code main} was called this JVM runs nothing
 * else: what the program has left in it, nobody knows.
 */
public final class LeasedRuns implements Runs {
  private static final Logger LOG = LoggerFactory.getLogger(LeasedRuns.class);
  private static final long LOOK_MILLIS = 200;

  private final Settings settings;
  private final Ownership ownership;
  private final Progress progress;
  private final StopRequest stop;
  private final Journal journal;
  private final Optional<LeaseHold> hold;
  private boolean called;
  private volatile boolean completed;

  /**
   * Of one JVM.
   *
   * @param hold empty outside of a cluster
   */
  public LeasedRuns(
      Settings settings,
      Ownership ownership,
      Progress progress,
      StopRequest stop,
      Journal journal,
      Optional<LeaseHold> hold) {
    this.settings = settings;
    this.ownership = ownership;
    this.progress = progress;
    this.stop = stop;
    this.journal = journal;
    this.hold = hold;
  }

  @Override
  public boolean ready() {
    return completed;
  }

  @Override
  public boolean opened() {
    return completed;
  }

  @Override
  public boolean sinkAnswers() {
    return true; // only the program knows its sink
  }

  @Override
  public boolean repeatable() {
    return false;
  }

  @Override
  public Optional<Trouble> once(boolean preferLedger) throws InterruptedException {
    try {
      return Optional.of(run());
    } catch (InterruptedException e) {
      throw e;
    } catch (Trouble e) {
      return Optional.of(ofThisJvm(e));
    } catch (Throwable e) {
      boolean away = StoreTrouble.isAway(e);
      return Optional.of(
          ofThisJvm(
              away
                  ? StoreTrouble.of(e, settings.runtime().checkpoint().path())
                  : new Trouble(Reason.StartFailed, "the program could not start: " + e, e)));
    }
  }

  /** Once the program was called, what it waits for is waited for by the next JVM. */
  private Trouble ofThisJvm(Trouble end) {
    return called && end.reason().kind() == Reason.Kind.WAIT
        ? new Trouble(Reason.BatchFailed, end.getMessage(), end)
        : end;
  }

  private Trouble run() throws IOException, InterruptedException {
    ownership.check(settings);
    if (hold.isPresent()) {
      hold.get().take();
    }
    OwnerRecord owner = ownership.takeEpoch(settings, 0);
    journal.epoch(owner.lastEpoch());
    FileSystem store =
        new Path(settings.runtime().checkpoint().path())
            .getFileSystem(StoreSettings.configuration(settings.runtime().s3()));
    ProgramDirectory directories = new ProgramDirectory(settings, store);
    ProgramDirectory.Chosen directory = directories.choose(owner);
    Optional<ProgramCheckpoint> checkpoint = directory.checkpoint();
    if (checkpoint.isPresent()) {
      for (Path stream : checkpoint.get().streams()) {
        Relocation.apply(store, stream, directory.path());
      }
    }
    directories.prune(owner, Instant.now());
    progress.recovering(
        owner.revision(), owner.lastEpoch(), checkpoint.isPresent() ? "Checkpoint" : null, 0);
    SparkSettings.ofProgram(settings, owner.lastEpoch()).forEach(System::setProperty);
    System.setProperty("spark.sql.streaming.streamingQueryListeners", QueryEvents.class.getName());
    System.setProperty("tidemark.checkpoint", directory.path().toString());
    return program(owner, store, directory.path());
  }

  private Trouble program(OwnerRecord owner, FileSystem store, Path directory)
      throws InterruptedException {
    Settings.Application application = settings.definition().application();
    LOG.info(
        "epoch {} of revision {} calls {}, with checkpoints in {}",
        owner.lastEpoch(),
        owner.revision(),
        application.mainClass(),
        directory);
    Watch watch =
        new Watch(
            settings, ownership, owner, progress, () -> ProgramCheckpoint.of(store, directory));
    Heard.IN_JVM.listen(this::completed);
    MainThread main = new MainThread(application, args(application, directory));
    called = true;
    main.start();
    watch.start();
    ContextEvents context = new ContextEvents();
    while (true) {
      if (stop.await(LOOK_MILLIS)) {
        Streams.stop();
        watch.last();
        return stop.end("the program's streams were stopped");
      }
      context.look();
      Optional<Trouble> end = end(application, main);
      if (end.isPresent() || watch.fenced() != null) {
        return end.orElse(watch.fenced());
      }
    }
  }

  private Optional<Trouble> end(Settings.Application application, MainThread main) {
    try {
      if (main.ended() && !Heard.IN_JVM.streaming() && !Streams.active()) {
        return Optional.of(
            new Trouble(
                Reason.BatchFailed,
                "main of "
                    + application.mainClass()
                    + " has returned, and no stream runs; a streaming program goes on until it is stopped"));
      }
    } catch (Throwable thrown) {
      return Optional.of(main.trouble(thrown));
    }
    long deadline = settings.runtime().progressDeadlineMillis();
    if (Heard.IN_JVM.silentMillis() > deadline) {
      return Optional.of(
          new Trouble(
              Reason.NoProgress,
              application.mainClass()
                  + (completed
                      ? " has completed no batch for "
                      : " has not completed a batch within ")
                  + deadline / 1000
                  + " s (application.progressDeadline). A program shows progress by batches of a streaming context or"
                  + " of queries, of Spark "
                  + package$.MODULE$.SPARK_VERSION()));
    }
    return Optional.empty();
  }

  /** Kubernetes writes variables in arguments like this, too. */
  private static List<String> args(Settings.Application application, Path directory) {
    return application.args().stream()
        .map(arg -> arg.replace("$(TIDEMARK_CHECKPOINT)", directory.toString()))
        .toList();
  }

  private void completed(Heard.Batch batch) {
    journal.committed();
    completed = true;
    progress.batch(
        new Report.Batch(
            Instant.ofEpochMilli(batch.time()),
            batch.records(),
            0,
            Math.max(0, System.currentTimeMillis() - batch.time()),
            batch.millis()),
        batch.records() > 0);
  }
}
