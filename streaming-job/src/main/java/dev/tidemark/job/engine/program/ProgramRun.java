package dev.tidemark.job.engine.program;

import dev.tidemark.job.engine.BatchEngine;
import dev.tidemark.job.engine.MainThread;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.program.Tidemark;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.streaming.StreamingContext;
import org.apache.spark.streaming.StreamingContextState;

/**
 * A call of the program's {@code main}, in a thread of its own, and the stream it starts. Batches
 * wait until the run lets them begin, whenever the program starts them.
 */
@SuppressWarnings("deprecation") // DStreams are deprecated as such, and are what this is for
final class ProgramRun implements BatchEngine {
  private static final long LONGEST_START_SECONDS = 120;

  private final Settings.Application application;
  private final ProgramHost host;
  private final MainThread main;

  ProgramRun(Settings.Application application, ProgramHost host) {
    this.application = application;
    this.host = host;
    this.main = new MainThread(application, application.args());
  }

  @Override
  public void start() {
    Tidemark.runBy(host);
    main.start();
    try {
      CompletableFuture.anyOf(host.started(), main.returned())
          .get(LONGEST_START_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw trouble(e.getCause());
    } catch (TimeoutException e) {
      throw new Trouble(
          Reason.NoProgress,
          application.mainClass()
              + " has started no stream within "
              + LONGEST_START_SECONDS
              + " s; it must make its context with Tidemark.streamingContext() and start it",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Trouble(Reason.Stopped, "stopped while the program was starting", e);
    }
    requireStream();
  }

  private void requireStream() {
    StreamingContext context = host.context();
    if (context == null || context.getState() != StreamingContextState.ACTIVE) {
      throw new Trouble(
          Reason.InvalidApplication,
          "main of "
              + application.mainClass()
              + " has returned without starting the stream of Tidemark.streamingContext()");
    }
    requireNoMemory(context);
  }

  private void requireNoMemory(StreamingContext context) {
    if (Lineage.remembers(context)) {
      throw new Trouble(
          Reason.InvalidApplication,
          application.mainClass()
              + " uses updateStateByKey, mapWithState or a window: what these remember would be gone after a crash."
              + " Use spec.aggregate for it, which keeps its state, or keep the state in the sink's database");
    }
  }

  private RuntimeException trouble(Throwable e) {
    StreamingContext context = host.context();
    if (context != null) {
      requireNoMemory(context); // Spark says only that a checkpoint directory is missing
    }
    return e instanceof RuntimeException own && !(e instanceof Trouble) ? own : main.trouble(e);
  }

  @Override
  public boolean ended(long millis) {
    try {
      var unused = main.ended();
    } catch (Throwable e) {
      throw trouble(e);
    }
    return host.context().awaitTerminationOrTimeout(millis);
  }

  @Override
  public void stop() {
    StreamingContext context = host.context();
    if (context != null) {
      context.stop(false, false);
    }
    main.interrupt();
  }
}
