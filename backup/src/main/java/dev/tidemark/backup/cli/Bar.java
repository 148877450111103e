package dev.tidemark.backup.cli;

import dev.tidemark.backup.repository.Progress;
import java.io.PrintWriter;
import java.time.Clock;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/** A bar on a terminal; lines in a log. */
@SuppressWarnings("SystemConsoleNull") // Java 17: null where there is no terminal
final class Bar implements Progress, AutoCloseable {
  private final String task;
  private final Progress lines;
  private ProgressBar bar;

  /**
   * For one task.
   *
   * @param task a word for what is being done
   * @param log where lines go when there is no terminal
   */
  Bar(String task, PrintWriter log) {
    this.task = task;
    this.lines = new ProgressLines(task, log, Clock.systemUTC());
  }

  @Override
  public synchronized void expect(long objects, long bytes) {
    close();
    if (System.console() == null) {
      lines.expect(objects, bytes);
      return;
    }
    bar =
        new ProgressBarBuilder()
            .setTaskName(task)
            .setInitialMax(bytes)
            .setUnit(" MiB", 1 << 20)
            .build();
  }

  @Override
  public synchronized void done(long bytes) {
    if (bar == null) {
      lines.done(bytes);
    } else {
      bar.stepBy(bytes);
    }
  }

  @Override
  public synchronized void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
