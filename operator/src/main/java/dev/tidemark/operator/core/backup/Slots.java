package dev.tidemark.operator.core.backup;

import java.time.Duration;
import java.time.Instant;

/**
 * What a schedule says at one moment.
 *
 * @param due the newest instant that has come and is not yet dealt with; null for none
 * @param startsAt when what is due may start: spread over the jitter; null for none
 * @param passed how many instants have come and are not yet dealt with, {@code due} included
 * @param next the first one that has not come; null when none ever does
 * @param wake when to look again for the next
 * @param interval between {@code next} and the one after it
 * @param problem why the schedule cannot be read; null when it can
 */
public record Slots(
    Instant due,
    Instant startsAt,
    long passed,
    Instant next,
    Instant wake,
    Duration interval,
    String problem) {
  /** No schedule. */
  public static final Slots NONE = new Slots(null, null, 0, null, null, null, null);

  /** A schedule that cannot be read. */
  public static Slots unreadable(String problem) {
    return new Slots(null, null, 0, null, null, null, problem);
  }
}
