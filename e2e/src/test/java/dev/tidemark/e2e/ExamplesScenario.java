package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Every manifest under {@code examples/} as it is written there, one after the other, each with its
 * JVM killed; only where it reads and writes, and how much of the machine it may use, are the
 * scenario's.
 */
@ExtendWith(Stage.class)
class ExamplesScenario {
  private static final Path EXAMPLES = Path.of("../examples");
  private static final int RATE = 20;

  @Test
  void eachAsItIsWritten(Scene scene) throws IOException {
    assertThat(files())
        .as("manifests, of each of which the results must be known")
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(Example.values()).map(Example::file).toList());
    each(scene, manifest -> manifest);
  }

  @Test
  void eachByStructuredStreaming(Scene scene) {
    each(scene, Manifest::structured);
  }

  private static void each(Scene scene, UnaryOperator<Manifest> changed) {
    for (Example example : Example.values()) {
      Topic topic = scene.addTopic(example + "-" + example.topic(), RATE, example::value);
      Job job = scene.apply(changed.apply(manifest(scene, example, topic)));
      job.awaitReady(Play.START);
      Awaitility.await("results of " + example)
          .atMost(Play.START)
          .ignoreExceptions() // the table may not be there yet
          .until(() -> !example.results(scene, job).isEmpty());
      if (!example.prints()) { // a batch in flight may be printed again after a kill
        scene.faults().killJvm(job.driver());
      }
      scene.stopFeeding();
      List<String> expected = example.expected(topic);
      assertThat(expected).isNotEmpty();
      Awaitility.await("all results of " + example)
          .atMost(Play.RECOVER)
          .pollInterval(Duration.ofSeconds(1))
          .untilAsserted(() -> assertThat(example.results(scene, job)).isEqualTo(expected));
      job.delete(Play.RECOVER);
    }
  }

  private static Manifest manifest(Scene scene, Example example, Topic topic) {
    Manifest manifest =
        Manifest.read(EXAMPLES.resolve(example.file()))
            .namespace(scene.id())
            .topic(topic.name())
            .set("driver.cores", 0.2)
            .set("executor.instances", 0);
    manifest.path(scene.checkpointPath() + "/" + manifest.name());
    return example.into(scene, manifest);
  }

  private static List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(EXAMPLES)) {
      return files.filter(Files::isRegularFile).map(file -> file.getFileName().toString()).toList();
    }
  }
}
