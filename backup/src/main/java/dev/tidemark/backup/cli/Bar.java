package dev.tidemark.backup.cli;

import dev.tidemark.backup.repository.Progress;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/** A bar on a terminal; nothing where nobody looks. */
@SuppressWarnings("SystemConsoleNull") // Java 17: null where there is no terminal
final class Bar implements Progress, AutoCloseable {
  private final String task;
  private ProgressBar bar;

  Bar(String task) {
    this.task = task;
  }

  @Override
  public synchronized void expect(long objects, long bytes) {
    close();
    if (System.console() != null) {
      bar =
          new ProgressBarBuilder()
              .setTaskName(task)
              .setInitialMax(bytes)
              .setUnit(" MiB", 1 << 20)
              .build();
    }
  }

  @Override
  public synchronized void done(long bytes) {
    if (bar != null) {
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
