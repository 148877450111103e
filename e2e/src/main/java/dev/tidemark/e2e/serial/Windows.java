package dev.tidemark.e2e.serial;

/** Windows in milliseconds. */
public record Windows(long length, long slide, long lateness) {

  boolean isOver(long start, long time) {
    return time != Long.MIN_VALUE && start + length + lateness <= time;
  }
}
