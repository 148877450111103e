package dev.tidemark.backup.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.backup.repository.Retention.Candidate;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RetentionTest {
  private static final Instant NOW = Instant.parse("2026-03-31T12:00:00Z"); // a Tuesday

  private static Candidate at(String time) {
    return new Candidate(time, Instant.parse(time), true);
  }

  private static Candidate bad(String time) {
    return new Candidate(time, Instant.parse(time), false);
  }

  private static Set<String> forgotten(Retention retention, Candidate... backups) {
    return retention.forget(List.of(backups), NOW);
  }

  private static Retention utc(int last, int daily, int weekly, int monthly, Duration maxAge) {
    return new Retention(last, daily, weekly, monthly, maxAge, 1, ZoneOffset.UTC);
  }

  @Test
  void withoutARuleEverythingStays() {
    assertThat(
            forgotten(
                utc(0, 0, 0, 0, null), at("2020-01-01T00:00:00Z"), at("2026-03-31T00:00:00Z")))
        .isEmpty();
  }

  @Test
  void theNewestStay() {
    assertThat(
            forgotten(
                utc(2, 0, 0, 0, null),
                at("2026-03-31T01:00:00Z"),
                at("2026-03-31T03:00:00Z"),
                at("2026-03-31T02:00:00Z")))
        .containsExactly("2026-03-31T01:00:00Z");
  }

  @Test
  void theNewestGoodOneOfADayStandsForIt() {
    assertThat(
            forgotten(
                utc(0, 2, 0, 0, null),
                at("2026-03-28T09:00:00Z"),
                at("2026-03-29T09:00:00Z"),
                bad("2026-03-29T10:00:00Z"),
                at("2026-03-31T08:00:00Z"),
                at("2026-03-31T09:00:00Z")))
        .as("days without a backup do not count")
        .containsExactlyInAnyOrder(
            "2026-03-28T09:00:00Z", "2026-03-29T10:00:00Z", "2026-03-31T08:00:00Z");
  }

  @Test
  void weeksBeginOnMondayAndDaysAreThoseOfTheZone() {
    Retention berlin = new Retention(0, 0, 2, 0, null, 1, ZoneId.of("Europe/Berlin"));
    // 22:30 in summer time is half an hour into Monday; the clocks went forward that Sunday
    assertThat(
            forgotten(
                berlin,
                at("2026-03-22T22:30:00Z"),
                at("2026-03-29T21:30:00Z"),
                at("2026-03-29T22:30:00Z")))
        .containsExactly("2026-03-22T22:30:00Z");
  }

  @Test
  void monthsAndAge() {
    assertThat(
            forgotten(
                utc(0, 0, 0, 3, Duration.ofDays(50)),
                at("2026-01-31T00:00:00Z"),
                at("2026-02-20T00:00:00Z"),
                at("2026-03-01T00:00:00Z"),
                at("2026-03-30T00:00:00Z")))
        .containsExactlyInAnyOrder("2026-01-31T00:00:00Z", "2026-03-01T00:00:00Z");
  }

  @Test
  void theLastGoodOneStaysWhateverTheRulesSay() {
    assertThat(
            forgotten(
                utc(1, 0, 0, 0, Duration.ofDays(1)),
                at("2025-01-01T00:00:00Z"),
                at("2025-01-02T00:00:00Z"),
                bad("2026-03-31T11:00:00Z")))
        .containsExactly("2025-01-01T00:00:00Z");
  }

  @Test
  void aRetentionOfNothingIsNone() {
    assertThatThrownBy(() -> new Retention(1, 0, 0, 0, null, 0, ZoneOffset.UTC))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void itNeverForgetsTheNewestGoodOnesAndAFurtherPassForgetsNoMore() {
    long seed = Long.getLong("seed", System.nanoTime());
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 2_000; i++) {
      Retention retention =
          new Retention(
              random.nextInt(4),
              random.nextInt(4),
              random.nextInt(4),
              random.nextInt(4),
              random.nextBoolean() ? null : Duration.ofDays(random.nextInt(1, 90)),
              random.nextInt(1, 4),
              ZoneOffset.UTC);
      List<Candidate> backups = new ArrayList<>();
      for (int j = random.nextInt(30); j > 0; j--) {
        Instant when = NOW.minus(Duration.ofHours(random.nextInt(3_000)));
        backups.add(new Candidate("b" + j, when, random.nextInt(4) > 0));
      }
      Set<String> forgotten = retention.forget(backups, NOW);
      List<Candidate> stay = backups.stream().filter(b -> !forgotten.contains(b.name())).toList();
      assertThat(stay)
          .as("seed %d, history %d, %s", seed, i, retention)
          .containsAll(
              backups.stream()
                  .filter(Candidate::good)
                  .sorted(
                      Comparator.comparing(Candidate::at).thenComparing(Candidate::name).reversed())
                  .limit(retention.minKeep())
                  .toList());
      assertThat(retention.forget(stay, NOW)).as("seed %d, history %d", seed, i).isEmpty();
    }
  }
}
