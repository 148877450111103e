package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.e2e.serial.Programs;
import dev.tidemark.e2e.serial.Records;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Kafka drops records before a job has read them: it stops and says so. Where the user would rather
 * go on, nothing else is lost, and what was skipped is on record.
 */
@ExtendWith(Stage.class)
class ExpiredScenario {
  private static final String SKIP =
      "{\"spec\": {\"source\": {\"onOffsetsExpired\": \"SkipToEarliest\"}}}";

  private static final Records RECORDS = new Records(CountingPlay.KEYS);
  private static final Feeder.Values VALUES =
      (number, random) -> RECORDS.next(random, System.currentTimeMillis());

  private static final String STATES = "r000001/state/";

  @Test
  void theyAreSkippedOnceTheUserSaysSo(Scene scene) {
    Job job = Play.suspendedWithRecordsAhead(scene);
    Map<Integer, Long> until = scene.table().ledger(scene.topic());
    List<Event> read = read(scene, until);
    long gone = (long) scene.topic().dump().size() - read.size();
    scene.topic().deleteRecordsBeforeTheEnd();
    Feeder.write(scene.topic(), 3, 500);
    long rows = scene.table().count();
    job.resume();
    Job.Condition stalled = job.awaitCondition("Stalled", "True", Play.RECOVER, "OffsetsExpired");
    assertThat(stalled.message()).contains(scene.topic().name()).contains("SkipToEarliest");
    assertThat(scene.table().count()).as("nothing was written").isEqualTo(rows);
    assertThat(scene.table().ledger(scene.topic())).as("the ledger").isEqualTo(until);

    job.patch(SKIP);
    job.awaitReady(Play.RECOVER);
    goneAreOnRecord(scene, job, gone);
    Feeder again = scene.feed(Play.RATE);
    Play.strike(scene, job, () -> scene.faults().killJvm(job.driver()));
    again.close();
    scene.end(Play.RECOVER, "important end of " + scene.id());
    read.addAll(scene.topic().dump());
    List<List<String>> written = scene.table().rows("value", "kafka_partition", "kafka_offset");
    Play.assertExact(scene, scene.judged(Judge.compare(read, Rule.importantWithPlace(), written)));
  }

  /** The state stands where the ledger does: it lacks nothing but what is skipped. */
  @Test
  void aJobWithStateGoesOnWithIt(Scene scene) {
    CountingPlay play = new CountingPlay(scene, Mode.LOCAL, Programs.totals());
    play.job.suspend(Play.RECOVER);
    long gone = expire(play);
    play.job.patch(SKIP);
    play.job.resume();
    goneAreOnRecord(scene, play.job, gone);
    Feeder again = scene.feed(Play.RATE, VALUES);
    play.strike(() -> scene.faults().killJvm(play.job.driver()));
    again.close();
    play.endsExact();
  }

  /** What the sink holds and the state has not counted cannot be skipped: results would go back. */
  @Test
  void stateThatHasNotCountedThemIsNotGoneOnWith(Scene scene) {
    CountingPlay play = new CountingPlay(scene, Mode.LOCAL, Programs.totals());
    play.job.patch("{\"metadata\": {\"annotations\": {\"tidemark.dev/paused\": \"true\"}}}");
    List<String> states = scene.objects(STATES);
    Awaitility.await("a state checkpoint")
        .atMost(Play.RECOVER)
        .until(() -> !scene.objects(STATES).equals(states));
    play.counting.awaitMore(Play.RECOVER);
    Pod driver = play.job.driver();
    scene.faults().freeze(driver); // or it would leave one more when it is told to stop
    scene.faults().killPod(driver);
    Awaitility.await("no driver").atMost(Play.RECOVER).until(() -> play.job.drivers().isEmpty());
    expire(play);
    Map<Integer, Long> until = scene.table().ledger(scene.topic());
    play.job.patch(SKIP);
    play.job.patch("{\"metadata\": {\"annotations\": {\"tidemark.dev/paused\": null}}}");
    Job.Condition stalled =
        play.job.awaitCondition("Stalled", "True", Play.RECOVER, "OffsetsExpired");
    assertThat(stalled.message()).contains("has not counted").contains("StartFresh");
    assertThat(scene.table().ledger(scene.topic())).as("the ledger").isEqualTo(until);

    play.job.patch("{\"spec\": {\"checkpoint\": {\"onLost\": \"StartFresh\"}}}");
    play.job.awaitReady(Play.RECOVER);
    Feeder again = scene.feed(Play.RATE, VALUES);
    play.counting.awaitMore(Play.RECOVER);
    again.close();
  }

  /** Writes records, drops them and all before, and writes others. Returns how many are lost. */
  private static long expire(CountingPlay play) {
    Scene scene = play.scene;
    play.feeder.close();
    Feeder.write(scene.topic(), 2, 1_000, VALUES);
    List<Event> read = read(scene, scene.table().ledger(scene.topic()));
    long gone = (long) scene.topic().dump().size() - read.size();
    play.counting.keep(read);
    scene.topic().deleteRecordsBeforeTheEnd();
    Feeder.write(scene.topic(), 3, 500, VALUES);
    return gone;
  }

  /** What the topic holds before those offsets. */
  private static List<Event> read(Scene scene, Map<Integer, Long> until) {
    List<Event> read = new ArrayList<>(scene.topic().dump());
    read.removeIf(event -> event.offset() >= until.get(event.partition()));
    return read;
  }

  private static void goneAreOnRecord(Scene scene, Job job, long gone) {
    assertThat(gone).as("records that were lost").isPositive();
    job.await(
        "says how many it skipped",
        Play.RECOVER,
        object -> gone == Job.number(object, "skippedOffsets"));
    assertThat(
            scene.table().ask("SELECT sum(until_offset - from_offset)::text FROM tidemark_skipped"))
        .containsExactly(Long.toString(gone));
    Awaitility.await("the event")
        .atMost(Duration.ofSeconds(30))
        .until(() -> job.events().stream().anyMatch(e -> e.startsWith("RecordsSkipped")));
  }
}
