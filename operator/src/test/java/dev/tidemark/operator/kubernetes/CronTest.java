package dev.tidemark.operator.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.operator.core.backup.Slots;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Schedules, above all where the clocks change. */
class CronTest {
  private static List<String> times(String fields, String zone, String after, int count) {
    Cron cron = Cron.of(fields, zone);
    List<String> times = new ArrayList<>();
    Instant at = Instant.parse(after);
    for (int i = 0; i < count; i++) {
      at = cron.after(at).orElseThrow();
      times.add(at.toString());
    }
    return times;
  }

  @Test
  void aTimeThatTheClocksLeaveOutComesWhenTheyChange() {
    assertThat(times("30 2 * * *", "Europe/Berlin", "2026-03-27T12:00:00Z", 3))
        .containsExactly("2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z");
    assertThat(times("15,45 2 * * *", "America/New_York", "2026-03-08T00:00:00Z", 3))
        .as("twice left out, made up for once")
        .containsExactly("2026-03-08T07:00:00Z", "2026-03-09T06:15:00Z", "2026-03-09T06:45:00Z");
  }

  @Test
  void aTimeThatComesTwiceCountsOnce() {
    assertThat(times("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 2))
        .containsExactly("2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z");
  }

  @Test
  void repetitionsGoOnEvenly() {
    assertThat(times("*/30 * * * *", "Europe/Berlin", "2026-10-24T23:50:00Z", 4))
        .containsExactly(
            "2026-10-25T00:00:00Z",
            "2026-10-25T00:30:00Z",
            "2026-10-25T01:00:00Z",
            "2026-10-25T01:30:00Z");
    assertThat(times("*/30 * * * *", "Europe/Berlin", "2026-03-29T00:10:00Z", 3))
        .containsExactly("2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z");
  }

  @ParameterizedTest
  @CsvSource({
    "@hourly, 2026-01-01T01:00:00Z",
    "@daily, 2026-01-02T00:00:00Z",
    "@weekly, 2026-01-04T00:00:00Z",
    "@monthly, 2026-02-01T00:00:00Z",
    "0 6 * * mon-fri, 2026-01-01T06:00:00Z",
    "0 0 29 2 *, 2028-02-29T00:00:00Z"
  })
  void fields(String fields, String first) {
    assertThat(times(fields, "Etc/UTC", "2026-01-01T00:30:00Z", 1)).containsExactly(first);
  }

  @ParameterizedTest
  @CsvSource({
    "61 * * * *, Etc/UTC, Value 61 not in range",
    "* * * *, Etc/UTC, 4 parts",
    "0 0 31 2 *, Etc/UTC, it never comes",
    "0 0 * * *, Europe/Atlantis, 'Europe/Atlantis' is no time zone"
  })
  void whatCannotBeReadIsSaidInASentence(String fields, String zone, String why) {
    assertThatThrownBy(() -> Cron.of(fields, zone)).hasMessageContaining(why);
  }

  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final Cron QUARTERLY = Cron.of("*/15 * * * *", "Etc/UTC");

  @Test
  void withoutANoteItBeginsNow() {
    Slots slots = QUARTERLY.slots(null, NOON.plusSeconds(1), Duration.ZERO);
    assertThat(slots.due()).isNull();
    assertThat(slots.next()).isEqualTo(NOON.plusSeconds(900));
  }

  @Test
  void theNotedInstantComesDueAndOthersAfterIt() {
    Instant later = NOON.plus(Duration.ofMinutes(50));
    Slots slots = QUARTERLY.slots(NOON, later, Duration.ZERO);
    assertThat(slots.due()).isEqualTo(NOON.plus(Duration.ofMinutes(45)));
    assertThat(slots.passed()).isEqualTo(4);
    assertThat(slots.next()).isEqualTo(NOON.plus(Duration.ofMinutes(60)));
    assertThat(slots.interval()).isEqualTo(Duration.ofMinutes(15));
  }

  @Test
  void aNoteOfAnotherScheduleIsAsGoodAsNone() {
    Slots slots = QUARTERLY.slots(NOON.minusSeconds(60), NOON.plusSeconds(60), Duration.ZERO);
    assertThat(slots.due()).isNull();
  }

  @Test
  void theShiftDelaysTheStartAndNotTheSlot() {
    Duration shift = Duration.ofSeconds(40);
    assertThat(QUARTERLY.slots(NOON, NOON.plusSeconds(39), shift).due()).isNull();
    Slots slots = QUARTERLY.slots(NOON, NOON.plusSeconds(41), shift);
    assertThat(slots.due()).isEqualTo(NOON);
    assertThat(slots.startsAt()).isEqualTo(NOON.plusSeconds(40));
    assertThat(slots.wake()).isEqualTo(NOON.plusSeconds(940));
  }

  @Test
  void anAbsenceOfYearsIsCountedInNoTime() {
    Slots slots = QUARTERLY.slots(NOON, Instant.parse("2036-01-01T00:00:00Z"), Duration.ZERO);
    assertThat(slots.next()).isEqualTo(Instant.parse("2036-01-01T00:15:00Z"));
  }
}
