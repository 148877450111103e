package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.e2e.serial.Programs;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Backups and restores that take their time say how far they are. */
@ExtendWith(Stage.class)
class LargeBackupScenario {
  /** Copied in half a minute or so, of which each five seconds are told of. */
  private static final int OBJECTS = 10_000;

  private static final Duration LOOK = Duration.ofMillis(500);

  @Test
  void itSaysHowFarItIs(Scene scene) throws IOException {
    CountingPlay play = new CountingPlay(scene, BackupScenario.backedUp(scene), Programs.totals());
    BackupResources backups = new BackupResources(scene.cluster().client(), scene.id());
    play.job.suspend(Play.RECOVER);
    swell(scene);

    backups.create("large", play.job);
    Awaitility.await("a backup that is half made")
        .atMost(Play.RECOVER)
        .pollInterval(LOOK)
        .until(
            () ->
                Job.number(backups.get("large"), "progress", "percent") > 0
                    && Job.number(backups.get("large"), "progress", "objects", "done") < OBJECTS);
    backups.await("large", "Completed", Play.RECOVER);
    assertThat(Job.status(backups.get("large"), "progress")).as("it is over").isNull();
    assertThat(Job.number(backups.get("large"), "objects", "total")).isGreaterThan(OBJECTS);

    play.job.resume();
    play.job.awaitReady(Play.RECOVER);
    play.counting.awaitMore(Play.RECOVER);
    BackupScenario.restore(play.job, "one", "large");
    Awaitility.await("a restore that is half done")
        .atMost(Play.RECOVER)
        .pollInterval(LOOK)
        .until(
            () -> play.job.condition("RestoreCompleted").message().contains("objects are copied"));
    play.job.awaitCondition("RestoreCompleted", "True", Play.RECOVER);
    play.job.awaitReady(Play.RECOVER);
    play.endsExact();
  }

  /** Lays objects beside those of the newest state checkpoint, which no driver looks at. */
  private static void swell(Scene scene) throws IOException {
    List<String> manifests = StatefulScenario.manifests(scene);
    String manifest = manifests.get(manifests.size() - 1);
    String directory =
        manifest.substring(0, manifest.indexOf('/') + 1)
            + new ObjectMapper().readTree(scene.object(manifest)).get("directory").asText();
    IntStream.range(0, OBJECTS)
        .parallel()
        .forEach(i -> scene.putObject(directory + "/extra-" + i, new byte[100]));
  }
}
