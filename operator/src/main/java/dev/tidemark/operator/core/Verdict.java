package dev.tidemark.operator.core;

/** One condition of the job, without its times. */
public record Verdict(Type type, State state, String reason, String message, long generation) {
  /** The conditions a job has. */
  public enum Type {
    Ready,
    Progressing,
    Stalled,
    CheckpointHealthy,
    BackupHealthy,
    RestoreCompleted
  }

  /** The status of a condition. */
  public enum State {
    True,
    False,
    Unknown
  }
}
