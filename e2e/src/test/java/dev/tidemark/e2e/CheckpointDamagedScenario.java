package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.e2e.serial.Programs;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Somebody was at the checkpoint while no driver ran. It heals from what is whole, or stops with
 * the reason and changes nothing.
 */
@ExtendWith(Stage.class)
class CheckpointDamagedScenario {
  private static final String MANIFEST = ".*/state/e\\d+-\\d+\\.json";
  private static final Pattern DIRECTORY = Pattern.compile("\"directory\" : \"([^\"]+)\"");
  private static final String OWNER = "_tidemark/job.json";

  @Test
  void theNewestFileIsCutShort(Scene scene) {
    heals(scene, path -> cutShort(scene, newest(path, MANIFEST)));
  }

  @Test
  void onePartIsMissing(Scene scene) {
    heals(
        scene,
        path -> {
          String manifest = newest(path, MANIFEST);
          Matcher data =
              DIRECTORY.matcher(new String(scene.object(manifest), StandardCharsets.UTF_8));
          assertThat(data.find()).as("a directory in " + manifest).isTrue();
          String revision = manifest.substring(0, manifest.indexOf("/state/"));
          assertThat(scene.deleteObjects(revision + "/" + data.group(1) + "/part-00000"))
              .isEqualTo(1);
        });
  }

  @Test
  void foreignFilesAreInIt(Scene scene) {
    heals(
        scene,
        path -> {
          String somewhere = newest(path, MANIFEST);
          String directory = somewhere.substring(0, somewhere.lastIndexOf('/') + 1);
          scene.putObject(directory + "notes.txt", text("do not delete"));
          scene.putObject(directory + "e999999-1.json", text("{}"));
        });
  }

  @Test
  void allOfItIsOfYesterday(Scene scene) {
    CountingPlay play = playing(scene);
    play.job.suspend(Play.RECOVER); // a driver at work deletes what is being read
    Map<String, byte[]> yesterday = contents(scene);
    play.job.resume();
    play.job.awaitReady(Play.START);
    play.counting.awaitMore(Play.RECOVER);
    play.strike(() -> scene.faults().killJvm(play.job.driver()));
    play.job.suspend(Play.RECOVER);
    scene.deleteObjects("r");
    yesterday.forEach(scene::putObject);
    goesOn(play);
  }

  /** State cannot be trusted without the record that says which of it counts. */
  @Test
  void theOwnerRecordIsGone(Scene scene) {
    CountingPlay play = playing(scene);
    play.job.suspend(Play.RECOVER);
    byte[] own = scene.object(OWNER);
    scene.deleteObjects(OWNER);
    stopsUntilMended(play, "CheckpointLost", "the owner record", () -> scene.putObject(OWNER, own));
  }

  @Test
  void theOwnerRecordIsOfAnotherJob(Scene scene) {
    CountingPlay play = playing(scene);
    play.job.suspend(Play.RECOVER);
    byte[] own = scene.object(OWNER);
    String foreign =
        new String(own, StandardCharsets.UTF_8)
            .replace("\"" + scene.id() + "\"", "\"" + "another-namespace" + "\"");
    assertThat(foreign).isNotEqualTo(new String(own, StandardCharsets.UTF_8));
    scene.putObject(OWNER, text(foreign));
    stopsUntilMended(
        play,
        "CheckpointInUse",
        "another-namespace",
        () -> {
          assertThat(new String(scene.object(OWNER), StandardCharsets.UTF_8))
              .as("what is not ours is not touched")
              .isEqualTo(foreign);
          scene.putObject(OWNER, own);
        });
  }

  @Test
  void everyFileIsCutShort(Scene scene) {
    CountingPlay play = playing(scene);
    play.job.suspend(Play.RECOVER);
    Map<String, byte[]> before = contents(scene);
    before.keySet().forEach(key -> cutShort(scene, key));
    Map<String, byte[]> damaged = contents(scene);
    stopsUntilMended(
        play,
        "CheckpointDamaged",
        scene.checkpointPath(),
        () -> {
          damaged.forEach(
              (key, content) ->
                  assertThat(scene.object(key)).as(key + " is as it was").isEqualTo(content));
          before.forEach(scene::putObject);
        });
  }

  /** A job without state has all it needs in the ledger. */
  @Test
  void everyFileIsEmptyAndTheLedgerDoes(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, Mode.LOCAL);
    job.suspend(Play.RECOVER);
    contents(scene).keySet().forEach(key -> scene.putObject(key, new byte[0]));
    Play.resumesFromLedger(job);
    Play.endsExact(scene, feeder);
  }

  private static void heals(Scene scene, Consumer<List<String>> damage) {
    CountingPlay play = playing(scene);
    play.job.suspend(Play.RECOVER);
    damage.accept(List.copyOf(contents(scene).keySet()));
    goesOn(play);
  }

  /** The job stops with the reason and counts nothing; once it is mended it goes on, exactly. */
  private static void stopsUntilMended(
      CountingPlay play, String reason, String says, Runnable mend) {
    long counted = play.counting.counted();
    play.job.resume();
    Job.Condition stalled = play.job.awaitCondition("Stalled", "True", Play.RECOVER, reason);
    assertThat(stalled.message()).contains(says);
    assertThat(play.counting.counted()).as("nothing was counted").isEqualTo(counted);
    mend.run();
    play.job.patch("{\"spec\": {\"restartNonce\": 1}}");
    play.job.awaitReady(Play.RECOVER);
    play.counting.awaitMore(Play.RECOVER);
    play.endsExact();
  }

  private static void goesOn(CountingPlay play) {
    play.job.resume();
    play.job.awaitReady(Play.RECOVER);
    play.counting.awaitMore(Play.RECOVER);
    play.strike(() -> play.scene.faults().killJvm(play.job.driver()));
    play.endsExact();
  }

  /** Two state checkpoints are there, so that one is left when one is damaged. */
  private static CountingPlay playing(Scene scene) {
    CountingPlay play = new CountingPlay(scene, Mode.LOCAL, Programs.totals());
    Awaitility.await("two state checkpoints")
        .atMost(Play.START)
        .until(() -> scene.objects("r").stream().filter(key -> key.matches(MANIFEST)).count() >= 2);
    return play;
  }

  /** Everything under the path but the owner record, by its name below it. */
  private static Map<String, byte[]> contents(Scene scene) {
    Map<String, byte[]> contents = new TreeMap<>();
    for (String key : scene.objects("r")) {
      String below = key.substring(scene.id().length() + 1);
      contents.put(below, scene.object(below));
    }
    return contents;
  }

  private static String newest(List<String> path, String pattern) {
    return path.stream()
        .filter(key -> key.matches(pattern))
        .reduce((a, b) -> b)
        .orElseThrow(() -> new AssertionError("nothing like " + pattern + " in " + path));
  }

  private static void cutShort(Scene scene, String key) {
    byte[] content = scene.object(key);
    scene.putObject(key, Arrays.copyOf(content, content.length / 2));
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
