package dev.tidemark.job.engine;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.settings.MainMethod;
import dev.tidemark.job.settings.Settings;
import java.lang.reflect.InvocationTargetException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.spark.package$;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A call of a program's {@code main}, in a thread of its own. */
public final class MainThread {
  private static final Logger LOG = LoggerFactory.getLogger(MainThread.class);
  private static final long LONGEST_PARTING_MILLIS = 10_000;

  private final Settings.Application application;
  private final List<String> args;
  private final CompletableFuture<Void> returned = new CompletableFuture<>();
  private final Thread thread = new Thread(this::call, "program");

  /** For one call with these arguments. */
  public MainThread(Settings.Application application, List<String> args) {
    this.application = application;
    this.args = List.copyOf(args);
  }

  /** Calls it. */
  public void start() {
    thread.setDaemon(true);
    thread.start();
  }

  private void call() {
    try {
      MainMethod.of(application).invoke(null, (Object) args.toArray(String[]::new));
      returned.complete(null);
    } catch (InvocationTargetException e) {
      returned.completeExceptionally(e.getCause());
    } catch (IllegalAccessException | RuntimeException | LinkageError e) {
      returned.completeExceptionally(e);
    }
  }

  /** Completes with what it threw, or when it has returned. */
  public CompletableFuture<Void> returned() {
    return returned;
  }

  /** True when it has returned; throws what it has thrown. */
  public boolean ended() throws Throwable {
    if (!returned.isDone()) {
      return false;
    }
    try {
      returned.join();
      return true;
    } catch (CompletionException e) {
      throw e.getCause();
    }
  }

  /** What it means that the program has thrown this. */
  public Trouble trouble(Throwable thrown) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      if (t instanceof LinkageError) {
        return new Trouble(
            Reason.InvalidApplication,
            application.mainClass()
                + " does not fit the libraries of this image: "
                + t
                + "; build it against Spark "
                + package$.MODULE$.SPARK_VERSION()
                + " and Scala "
                + scala.util.Properties.versionNumberString(),
            thrown);
      }
    }
    return thrown instanceof Trouble own
        ? own
        : new Trouble(Reason.BatchFailed, "the program failed: " + thrown, thrown);
  }

  /** Interrupts it, and waits a while until it has returned. */
  public void interrupt() {
    thread.interrupt();
    try {
      thread.join(LONGEST_PARTING_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (thread.isAlive()) {
      LOG.warn("main of {} goes on though its stream was stopped", application.mainClass());
    }
  }
}
