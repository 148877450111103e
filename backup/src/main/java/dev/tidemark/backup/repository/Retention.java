package dev.tidemark.backup.repository;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Which backups stay. A rule that is 0 keeps nothing by itself; with no rule at all everything
 * stays.
 *
 * @param keepLast the newest so many
 * @param keepDaily the newest of each of the newest so many days that have one, likewise weeks
 *     (from Monday) and months
 * @param maxAge nothing older stays, whatever the other rules say; null: age does not matter
 * @param minKeep at least so many good ones stay, whatever the other rules say; at least 1
 * @param zone whose days, weeks and months they are
 */
public record Retention(
    int keepLast,
    int keepDaily,
    int keepWeekly,
    int keepMonthly,
    Duration maxAge,
    int minKeep,
    ZoneId zone) {

  /** A backup as far as this matters. */
  public record Candidate(String name, Instant at, boolean good) {}

  /** Checks the numbers. */
  public Retention {
    if (minKeep < 1 || keepLast < 0 || keepDaily < 0 || keepWeekly < 0 || keepMonthly < 0) {
      throw new IllegalArgumentException(
          "retention keeps at least one good backup, and no number of it is negative");
    }
  }

  /** Names of those that are to go. */
  public Set<String> forget(Collection<Candidate> backups, Instant now) {
    List<Candidate> newestFirst =
        backups.stream()
            .sorted(Comparator.comparing(Candidate::at).thenComparing(Candidate::name).reversed())
            .toList();
    Predicate<Candidate> young = b -> maxAge == null || b.at().plus(maxAge).isAfter(now);
    List<Candidate> usable = newestFirst.stream().filter(young).toList();
    Set<String> keep = new HashSet<>();
    boolean byAgeAlone = keepLast + keepDaily + keepWeekly + keepMonthly == 0;
    usable.stream()
        .limit(byAgeAlone ? Integer.MAX_VALUE : keepLast)
        .forEach(b -> keep.add(b.name()));
    // A damaged one must not stand for its day where a good one could.
    newestOfEach(usable, keepDaily, day -> day, keep);
    newestOfEach(
        usable,
        keepWeekly,
        day -> day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY)),
        keep);
    newestOfEach(usable, keepMonthly, day -> day.withDayOfMonth(1), keep);
    newestFirst.stream().filter(Candidate::good).limit(minKeep).forEach(b -> keep.add(b.name()));
    Set<String> forget = new HashSet<>();
    newestFirst.stream().map(Candidate::name).filter(n -> !keep.contains(n)).forEach(forget::add);
    return forget;
  }

  private void newestOfEach(
      List<Candidate> newestFirst,
      int periods,
      Function<LocalDate, LocalDate> period,
      Set<String> keep) {
    Set<LocalDate> seen = new HashSet<>();
    for (Candidate backup : newestFirst) {
      if (seen.size() == periods) {
        return;
      }
      LocalDate when = period.apply(LocalDate.ofInstant(backup.at(), zone));
      if (backup.good() && seen.add(when)) {
        keep.add(backup.name());
      }
    }
  }
}
