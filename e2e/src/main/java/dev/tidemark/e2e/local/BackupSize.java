package dev.tidemark.e2e.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Program: {@code BackupSize <directory> <results> <objects>...}. How large {@code tidemark-backup}
 * gets with a query's checkpoint of so many objects: at a first backup, at one after a batch more,
 * and at looking whether all is there. The store is an {@link InstantStore}.
 */
public final class BackupSize {
  private static final String OPTIONS = "-Xmx256m";
  private static final int VERSIONS = 1_000;

  private final Path directory;
  private final InstantStore store;
  private final Path credentials;

  private BackupSize(Path directory, InstantStore store) throws IOException {
    this.directory = directory;
    this.store = store;
    this.credentials = BackupRace.credentials(directory);
  }

  /** Measures and writes it as JSON. */
  public static void main(String[] arguments) throws Exception {
    Path directory = Files.createDirectories(Path.of(arguments[0]).toAbsolutePath());
    ObjectNode result = new ObjectMapper().createObjectNode();
    result.put("date", LocalDate.now(ZoneOffset.UTC).toString());
    result.put("cores", Runtime.getRuntime().availableProcessors());
    result.put("java", System.getProperty("java.version")).put("options", OPTIONS);
    for (String objects : List.of(arguments).subList(2, arguments.length)) {
      try (InstantStore store = new InstantStore()) {
        new BackupSize(directory, store).run(Integer.parseInt(objects), result.putObject(objects));
      }
    }
    Path file =
        Files.createDirectories(Path.of(arguments[1]))
            .resolve("backup-size-" + LocalDate.now(ZoneOffset.UTC) + ".json");
    new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(file.toFile(), result);
    System.out.println(file);
  }

  private void run(int objects, ObjectNode result) throws Exception {
    String owner = BackupRace.owner("size").toString();
    store.put("streams/size/_tidemark/job.json", owner.getBytes(UTF_8));
    batch(VERSIONS - 1);
    for (int i = 0; i < objects; i++) {
      state(i / VERSIONS, i % VERSIONS);
    }
    measure("first", result, "create", "--name=first");
    batch(VERSIONS);
    for (int partition = 0; partition < objects / VERSIONS; partition++) {
      state(partition, VERSIONS);
    }
    measure("after a batch more", result, "create", "--name=second");
    measure("verified", result, "verify", "--level=Presence", "second");
    int copied = store.count("backups/size/objects/");
    if (copied < objects + objects / VERSIONS) {
      throw new IOException("only " + copied + " objects were copied");
    }
  }

  private void batch(int number) {
    for (String log : List.of("offsets", "commits")) {
      store.put("streams/size/r000001/p0000000001/query/" + log + "/" + number, new byte[] {1});
    }
  }

  private void state(int partition, int version) {
    store.add(
        String.format(
            Locale.ROOT,
            "streams/size/r000001/p0000000001/query/state/0/%d/%d.delta",
            partition,
            version + 1),
        1_000);
  }

  private void measure(String what, ObjectNode result, String command, String... arguments)
      throws Exception {
    List<String> line =
        new ArrayList<>(
            List.of(
                "backup/target/image/bin/tidemark-backup",
                command,
                "--endpoint=" + store.endpoint(),
                "--path-style",
                "--credentials=" + credentials,
                command.equals("create")
                    ? "--checkpoint=s3a://streams/size"
                    : "--from=s3a://backups/size"));
    if (command.equals("create")) {
      line.add("--to=s3a://backups/size");
    }
    line.addAll(List.of(arguments));
    Timed took = Timed.run(directory, "size", Map.of("TIDEMARK_JAVA_OPTS", OPTIONS), line);
    result
        .putObject(what)
        .put("seconds", took.wall())
        .put("cpuSeconds", took.cpu())
        .put("mebibytes", took.mebibytes());
    System.out.printf(
        Locale.ROOT,
        "%s: %.1f s, %.1f s of CPU, %d MiB%n",
        what,
        took.wall(),
        took.cpu(),
        took.mebibytes());
  }
}
