package dev.tidemark.e2e;

/** Where a job's tasks run. */
public enum Mode {
  /** All in the driver pod. */
  LOCAL(0),
  /** One executor pod: the default of a user who says nothing. */
  ONE_EXECUTOR(1),
  /** Two executor pods. */
  TWO_EXECUTORS(2);

  private final int executors;

  Mode(int executors) {
    this.executors = executors;
  }

  /** Number of executor pods. */
  public int executors() {
    return executors;
  }

  @Override
  public String toString() {
    return name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
  }
}
