package dev.tidemark.e2e.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * What a driver pod is, without the pod: the supervisor of the image, its JVM, a journal of its own
 * and a directory with settings and secrets.
 */
final class Driver {
  private final Path directory;
  private final Process supervisor;

  /** Starts one; {@code image} is the laid out content of the image. */
  Driver(Processes processes, Path image, Path directory, String settings, String java)
      throws IOException {
    this(processes, image, directory, settings, java, false);
  }

  /** Starts one, with or without a second JVM that stands by. */
  Driver(
      Processes processes,
      Path image,
      Path directory,
      String settings,
      String java,
      boolean standby)
      throws IOException {
    this.directory = directory;
    Path secrets = directory.resolve("etc/secrets");
    write(directory.resolve("etc/settings/settings.json"), settings);
    write(secrets.resolve("store/AWS_ACCESS_KEY_ID"), Servers.USER);
    write(secrets.resolve("store/AWS_SECRET_ACCESS_KEY"), Servers.PASSWORD);
    write(secrets.resolve("sink/username"), "postgres");
    write(secrets.resolve("sink/password"), "postgres");
    Map<String, String> environment = new HashMap<>();
    environment.put("TIDEMARK_HOME", image.toString());
    environment.put("TIDEMARK_ETC", directory.resolve("etc").toString());
    environment.put("TIDEMARK_JOURNAL", directory.resolve("journal").toString());
    environment.put("TIDEMARK_TERMINATION_LOG", directory.resolve("message").toString());
    environment.put("TIDEMARK_JAVA_OPTS", java);
    environment.put("TIDEMARK_STANDBY", Boolean.toString(standby));
    supervisor =
        processes.start(
            directory.getFileName().toString(),
            environment,
            List.of("bash", image.resolve("bin/entrypoint").toString(), "driver"));
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  /** The driver JVM of this moment: one that stands by is younger. */
  Optional<ProcessHandle> jvm() {
    return supervisor
        .children()
        .filter(child -> child.info().command().orElse("").endsWith("java"))
        .min(Comparator.comparing(jvm -> jvm.info().startInstant().orElseThrow()));
  }

  /** True when a second JVM has rehearsed and waits. */
  boolean standingBy() {
    return Files.exists(directory.resolve("journal/standing-by"));
  }

  /** Asks it to leave after its batch; true when it did in time. */
  boolean stop(long seconds) throws IOException, InterruptedException {
    Processes.signal("TERM", supervisor.pid());
    return supervisor.waitFor(seconds, TimeUnit.SECONDS);
  }

  /** Ends everything in it at once, as the loss of a node does. */
  void destroy() {
    List<ProcessHandle> inside = supervisor.descendants().toList();
    supervisor.destroyForcibly();
    inside.forEach(ProcessHandle::destroyForcibly);
    supervisor.onExit().join();
    inside.forEach(process -> process.onExit().join());
  }

  boolean isAlive() {
    return supervisor.isAlive();
  }

  /** What it left when it ended by itself. */
  String message() {
    Path message = directory.resolve("message");
    try {
      return Files.exists(message) ? Files.readString(message) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
