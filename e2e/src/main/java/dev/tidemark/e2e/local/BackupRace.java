package dev.tidemark.e2e.local;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;

/**
 * Program: {@code BackupRace <directory> <results> <tools> <rounds> <objects>...}. A checkpoint of
 * so many small objects is backed up within one MinIO server, by {@code tidemark-backup} and by the
 * tools people copy buckets with, one after the other; then once more, with nothing changed.
 */
public final class BackupRace {
  private static final String FROM = "streams";
  private static final String TO = "backups";
  private static final int BYTES = 1_000;
  private static final int AT_ONCE = 64;

  /** A way to copy a prefix: first, and again. */
  private record Way(String name, Map<String, String> environment, Command first, Command again) {}

  private interface Command {
    List<String> copying(String source, String target);
  }

  private final Path directory;
  private final Path tools;
  private final Minio minio;
  private final Path credentials;

  private BackupRace(Path directory, Path tools, Minio minio) throws IOException {
    this.directory = directory;
    this.tools = tools;
    this.minio = minio;
    this.credentials = credentials(directory);
  }

  /** A directory with those of MinIO, for {@code tidemark-backup}. */
  static Path credentials(Path directory) throws IOException {
    Path credentials = Files.createDirectories(directory.resolve("credentials"));
    Files.writeString(credentials.resolve("AWS_ACCESS_KEY_ID"), Minio.USER);
    Files.writeString(credentials.resolve("AWS_SECRET_ACCESS_KEY"), Minio.PASSWORD);
    return credentials;
  }

  /** The owner record of a job with state. */
  static ObjectNode owner(String job) {
    ObjectNode owner = new ObjectMapper().createObjectNode();
    owner.put("contract", 1).put("jobId", job).put("namespace", "bench").put("name", job);
    owner.put("revision", 1).put("stateRevision", 1).put("lastEpoch", 1).put("floorEpoch", 0);
    return owner;
  }

  /** Races and writes them as JSON. */
  public static void main(String[] arguments) throws Exception {
    Path directory = Path.of(arguments[0]).toAbsolutePath();
    int rounds = Integer.parseInt(arguments[3]);
    ObjectNode result = new ObjectMapper().createObjectNode();
    result.put("date", LocalDate.now(ZoneOffset.UTC).toString());
    result.put("cores", Runtime.getRuntime().availableProcessors());
    result.put("java", System.getProperty("java.version"));
    result.put("bytesOfAnObject", BYTES).put("atOnce", AT_ONCE);
    try (Processes processes = new Processes(Files.createDirectories(directory))) {
      Minio minio = new Minio(processes, directory.resolve("minio"), List.of(FROM, TO));
      minio.await();
      BackupRace race = new BackupRace(directory, Path.of(arguments[2]), minio);
      for (String objects : List.of(arguments).subList(4, arguments.length)) {
        race.run(Integer.parseInt(objects), rounds, result.putObject(objects));
      }
    }
    Path file =
        Files.createDirectories(Path.of(arguments[1]))
            .resolve("backup-" + LocalDate.now(ZoneOffset.UTC) + ".json");
    new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(file.toFile(), result);
    System.out.println(file);
  }

  private void run(int objects, int rounds, ObjectNode result) throws Exception {
    String job = "job" + objects;
    fill(job, objects);
    List<Way> ways = new ArrayList<>(ways());
    Map<String, List<Timed>> took = new HashMap<>();
    for (int round = 0; round < rounds; round++) {
      for (Way way : ways) {
        String target = way.name() + "-" + job + "-" + round;
        Timed first = time(way, way.first().copying(job, target));
        Timed again = time(way, way.again().copying(job, target));
        requireCopied(target, objects);
        took.computeIfAbsent(way.name(), n -> new ArrayList<>()).add(first);
        took.computeIfAbsent(way.name() + " again", n -> new ArrayList<>()).add(again);
        System.out.printf(
            Locale.ROOT,
            "%d objects, round %d, %s: %.1f s, %.1f s of CPU, %d MiB; again %.1f s, %.1f s of CPU%n",
            objects,
            round + 1,
            way.name(),
            first.wall(),
            first.cpu(),
            first.mebibytes(),
            again.wall(),
            again.cpu());
        empty(TO, target + "/");
      }
      Collections.rotate(ways, 1); // nobody is always the first after another one
    }
    took.forEach(
        (name, all) -> {
          ArrayNode samples = result.putArray(name);
          all.forEach(
              t ->
                  samples
                      .addObject()
                      .put("seconds", t.wall())
                      .put("cpuSeconds", t.cpu())
                      .put("mebibytes", t.mebibytes()));
        });
  }

  private List<Way> ways() throws IOException {
    String url = minio.endpoint();
    String host = url.replace("http://", "http://" + Minio.USER + ":" + Minio.PASSWORD + "@");
    Map<String, String> aws =
        Map.of("AWS_ACCESS_KEY_ID", Minio.USER, "AWS_SECRET_ACCESS_KEY", Minio.PASSWORD);
    Command tidemark =
        (job, target) ->
            List.of(
                "backup/target/image/bin/tidemark-backup",
                "create",
                "--endpoint=" + url,
                "--path-style",
                "--credentials=" + credentials,
                "--checkpoint=s3a://" + FROM + "/" + job,
                "--to=s3a://" + TO + "/" + target);
    List<String> s5cmd =
        List.of(tool("s5cmd"), "--endpoint-url", url, "--numworkers", String.valueOf(AT_ONCE));
    Command s5cp =
        (job, target) -> with(s5cmd, "cp", "s3://" + FROM + "/" + job + "/*", to("s3://", target));
    Command s5sync =
        (job, target) ->
            with(s5cmd, "sync", "s3://" + FROM + "/" + job + "/*", to("s3://", target));
    Command rclone =
        (job, target) ->
            List.of(
                tool("rclone"),
                "sync",
                "--fast-list",
                "--transfers=" + AT_ONCE,
                "--checkers=" + AT_ONCE,
                "store:" + FROM + "/" + job,
                to("store:", target));
    Map<String, String> store =
        Map.of(
            "RCLONE_CONFIG",
            directory.resolve("rclone.conf").toString(),
            "RCLONE_CONFIG_STORE_TYPE",
            "s3",
            "RCLONE_CONFIG_STORE_PROVIDER",
            "Minio",
            "RCLONE_CONFIG_STORE_ENDPOINT",
            url,
            "RCLONE_CONFIG_STORE_ACCESS_KEY_ID",
            Minio.USER,
            "RCLONE_CONFIG_STORE_SECRET_ACCESS_KEY",
            Minio.PASSWORD);
    Command mc =
        (job, target) ->
            List.of(
                tool("mc"),
                "--config-dir",
                directory.resolve("mc").toString(),
                "mirror",
                "--quiet",
                "store/" + FROM + "/" + job,
                to("store/", target));
    return List.of(
        new Way("tidemark", Map.of("TIDEMARK_JAVA_OPTS", "-Xmx256m"), tidemark, tidemark),
        new Way("s5cmd", aws, s5cp, s5sync),
        new Way("rclone", store, rclone, rclone),
        new Way("mc", Map.of("MC_HOST_store", host), mc, mc));
  }

  private String tool(String name) {
    return tools.resolve(name).toString();
  }

  private static String to(String store, String target) {
    return store + TO + "/" + target + "/";
  }

  private static List<String> with(List<String> before, String... after) {
    return Stream.concat(before.stream(), Stream.of(after)).toList();
  }

  /** An owner record, the manifest of a state checkpoint, and its parts. */
  private void fill(String job, int objects) throws Exception {
    S3Client s3 = minio.client();
    ObjectNode state = new ObjectMapper().createObjectNode();
    state.put("contract", 1).put("epoch", 1).put("batch", 1).put("keys", objects);
    state.put("directory", "e0000000001/data").putArray("offsets");
    ArrayNode parts = state.putArray("parts");
    ExecutorService threads = Executors.newFixedThreadPool(16);
    for (int i = 0; i < objects; i++) {
      String name = String.format(Locale.ROOT, "part-%06d", i);
      parts.addObject().put("name", name).put("bytes", BYTES);
      byte[] bytes =
          String.format(Locale.ROOT, "%0" + BYTES + "d", i).getBytes(StandardCharsets.UTF_8);
      var unused = threads.submit(() -> put(s3, job + "/r000001/e0000000001/data/" + name, bytes));
    }
    threads.shutdown();
    if (!threads.awaitTermination(1, TimeUnit.HOURS)) {
      throw new IOException("MinIO did not take " + objects + " objects within an hour");
    }
    String manifest = "e0000000001-0000000000000001.json";
    put(s3, job + "/r000001/state/" + manifest, state.toString().getBytes(StandardCharsets.UTF_8));
    put(s3, job + "/_tidemark/job.json", owner(job).toString().getBytes(StandardCharsets.UTF_8));
    System.out.println(objects + " objects are written");
  }

  private static void put(S3Client s3, String key, byte[] bytes) {
    s3.putObject(r -> r.bucket(FROM).key(key), RequestBody.fromBytes(bytes));
  }

  private void requireCopied(String target, int objects) throws IOException {
    long copied =
        minio
            .client()
            .listObjectsV2Paginator(r -> r.bucket(TO).prefix(target + "/"))
            .contents()
            .stream()
            .filter(o -> o.size() == BYTES)
            .count();
    if (copied != objects) {
      throw new IOException(copied + " of " + objects + " objects are at " + target);
    }
  }

  private void empty(String bucket, String prefix) {
    minio.client().listObjectsV2Paginator(r -> r.bucket(bucket).prefix(prefix)).stream()
        .map(
            page ->
                page.contents().stream()
                    .map(o -> ObjectIdentifier.builder().key(o.key()).build())
                    .toList())
        .filter(keys -> !keys.isEmpty())
        .toList()
        .forEach(
            keys ->
                minio.client().deleteObjects(r -> r.bucket(bucket).delete(d -> d.objects(keys))));
  }

  private Timed time(Way way, List<String> command) throws Exception {
    return Timed.run(directory, way.name(), way.environment(), command);
  }
}
