package dev.tidemark.operator.kubernetes;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import dev.tidemark.operator.core.backup.Slots;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.util.Map;
import java.util.Optional;

/**
 * A schedule of five fields in a time zone. Where clocks go forward, what would have been in the
 * hour that is left out comes at the moment of the change, once; where they go back, a time of day
 * comes once and a repetition (every 15 minutes) goes on evenly.
 */
final class Cron {
  private static final Map<String, String> NICKNAMES =
      Map.of(
          "@hourly", "0 * * * *",
          "@daily", "0 0 * * *",
          "@weekly", "0 0 * * 0",
          "@monthly", "0 0 1 * *");
  private static final CronParser PARSER =
      new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));

  /** After a longer absence than this many instants it no longer matters how many have passed. */
  private static final int MOST_COUNTED = 10_000;

  private final ExecutionTime times;
  private final ZoneId zone;

  private Cron(ExecutionTime times, ZoneId zone) {
    this.times = times;
    this.zone = zone;
  }

  /**
   * Reads a schedule.
   *
   * @throws IllegalArgumentException with a sentence for people
   */
  static Cron of(String fields, String zone) {
    ZoneId where;
    try {
      where = ZoneId.of(zone);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "'" + zone + "' is no time zone; write an IANA name such as Europe/Berlin or Etc/UTC", e);
    }
    try {
      Cron cron =
          new Cron(
              ExecutionTime.forCron(PARSER.parse(NICKNAMES.getOrDefault(fields, fields))), where);
      if (cron.after(Instant.EPOCH).isEmpty()) {
        throw new IllegalArgumentException("it never comes");
      }
      return cron;
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "the schedule '" + fields + "' cannot be used: " + e.getMessage(), e);
    }
  }

  /** The first instant after this one; empty when there is none. */
  Optional<Instant> after(Instant instant) {
    Optional<Instant> regular =
        times.nextExecution(instant.atZone(zone)).map(ZonedDateTime::toInstant);
    ZoneOffsetTransition change = zone.getRules().nextTransition(instant);
    boolean leaps =
        change != null
            && change.isGap()
            && regular.map(r -> r.isAfter(change.getInstant())).orElse(true)
            && leftOut(change);
    return leaps ? Optional.of(change.getInstant()) : regular;
  }

  /** True when a time of the schedule lies in what the clocks leave out. */
  private boolean leftOut(ZoneOffsetTransition change) {
    ZonedDateTime before = change.getDateTimeBefore().minusNanos(1).atZone(ZoneOffset.UTC);
    return times
        .nextExecution(before)
        .map(t -> t.toLocalDateTime().isBefore(change.getDateTimeAfter()))
        .orElse(false);
  }

  /**
   * What the schedule says now.
   *
   * @param pending the instant that was noted as the next one; null before the first, and whatever
   *     is not of this schedule is as good as null: the schedule was changed, and begins now
   * @param shift how long after its instant a backup starts
   */
  Slots slots(Instant pending, Instant now, Duration shift) {
    Instant start = now.minus(shift);
    Instant first =
        pending != null && after(pending.minusMillis(1)).filter(pending::equals).isPresent()
            ? pending
            : after(start).orElseThrow();
    if (first.isAfter(start)) {
      return coming(null, 0, first, shift);
    }
    Instant due = first;
    long passed = 1;
    Instant next = after(due).orElseThrow();
    while (!next.isAfter(start) && passed < MOST_COUNTED) {
      due = next;
      passed++;
      next = after(due).orElseThrow();
    }
    return coming(due, passed, next.isAfter(start) ? next : after(start).orElseThrow(), shift);
  }

  private Slots coming(Instant due, long passed, Instant next, Duration shift) {
    Duration interval =
        after(next).map(following -> Duration.between(next, following)).orElse(null);
    return new Slots(
        due, due == null ? null : due.plus(shift), passed, next, next.plus(shift), interval, null);
  }
}
