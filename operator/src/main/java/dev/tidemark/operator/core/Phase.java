package dev.tidemark.operator.core;

/** The printed summary of a job. Nothing is decided by it. */
public enum Phase {
  Pending,
  Starting,
  Running,
  Recovering,
  Suspended,
  Failed,
  Deleting
}
