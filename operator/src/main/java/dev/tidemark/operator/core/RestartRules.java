package dev.tidemark.operator.core;

import java.time.Duration;

/**
 * When and how fast a failed driver is started again.
 *
 * @param limit failures in a row after which the operator gives up; 0 is none, and {@code always}
 *     false is the limit 1
 */
public record RestartRules(
    boolean always, Duration initial, Duration max, Duration healthyAfter, int limit) {

  /** True when so many failures in a row are too many. */
  boolean exhausted(int failures) {
    return always ? limit > 0 && failures >= limit : failures > 0;
  }
}
