package dev.tidemark.e2e.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Backups of the jobs of this machine, made and put back by the program as people run it. */
final class Backups {
  private static final Path PROGRAM = Path.of("backup/target/image/bin/tidemark-backup");

  private final Servers servers;
  private final Processes processes;
  private final Path credentials;
  private final Path log;
  private int made;

  /** Keeps the credentials in that directory, as a mounted Secret has them. */
  Backups(Servers servers, Processes processes, Path directory) {
    this.servers = servers;
    this.processes = processes;
    this.credentials = directory.resolve("credentials");
    this.log = directory.resolve("backups.log");
  }

  /** Makes one more. */
  void create(String job) throws IOException {
    made++;
    run("create", "--checkpoint", checkpoint(job), "--to", place(job), "--name", "backup-" + made);
  }

  /**
   * Puts the newest back.
   *
   * @return why it was refused, the reason first; empty when it was not
   */
  Optional<String> restoreNewest(String job) throws IOException {
    String name = "backup-" + made;
    try {
      run("restore", "--checkpoint", checkpoint(job), "--from", place(job), "--id", name, name);
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(Files.readString(log).lines().reduce((a, b) -> b).orElseThrow(() -> e));
    }
  }

  private static String checkpoint(String job) {
    return "s3a://" + Servers.BUCKET + "/" + job;
  }

  private static String place(String job) {
    return "s3a://" + Servers.BUCKET + "/backups-of-" + job;
  }

  private void run(String command, String... arguments) throws IOException {
    Files.createDirectories(credentials);
    Files.writeString(credentials.resolve("AWS_ACCESS_KEY_ID"), Servers.USER);
    Files.writeString(credentials.resolve("AWS_SECRET_ACCESS_KEY"), Servers.PASSWORD);
    List<String> line = new ArrayList<>(List.of("bash", PROGRAM.toString(), command));
    line.addAll(
        List.of(
            "--endpoint",
            servers.minio(),
            "--path-style",
            "--credentials",
            credentials.toAbsolutePath().toString()));
    line.addAll(List.of(arguments));
    processes.run("backups", Map.of(), line);
  }
}
