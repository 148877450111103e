package dev.tidemark.job.secrets;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where the pod's Secrets are mounted, and how one is read. Values are never logged. */
public final class SecretFiles {

  private static final int TRIES = 3;

  private SecretFiles() {}

  /**
   * {@code /etc/tidemark}, or what the system property {@code tidemark.etc} or the variable {@code
   * TIDEMARK_ETC} says.
   */
  public static Path etc() {
    String property = System.getProperty("tidemark.etc");
    if (property != null) {
      return Path.of(property);
    }
    String variable = System.getenv("TIDEMARK_ETC");
    return Path.of(variable == null ? "/etc/tidemark" : variable);
  }

  /**
   * Some keys of one Secret ({@code sink}, {@code store}), without the line ends editors add; keys
   * it does not have are left out. Empty when the job names no such Secret. All values are of one
   * version of the Secret: the kubelet swaps versions by a symbolic link, so that is resolved once
   * and looked at again afterwards.
   */
  public static Optional<Map<String, String>> read(String secret, List<String> keys) {
    Path directory = etc().resolve("secrets").resolve(secret);
    if (!Files.isDirectory(directory)) {
      return Optional.empty();
    }
    try {
      Map<String, String> values = Map.of();
      for (int i = 0; i < TRIES; i++) {
        Path version = version(directory);
        values = values(version, keys);
        if (version.equals(version(directory))) {
          break;
        }
      }
      return Optional.of(values);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "the files of the Secret in " + directory + " cannot be read", e);
    }
  }

  private static Path version(Path directory) throws IOException {
    Path link = directory.resolve("..data");
    return Files.exists(link) ? link.toRealPath() : directory;
  }

  private static Map<String, String> values(Path version, List<String> keys) throws IOException {
    Map<String, String> values = new HashMap<>();
    for (String key : keys) {
      Path file = version.resolve(key);
      if (Files.isRegularFile(file)) {
        values.put(key, Files.readString(file, StandardCharsets.UTF_8).strip());
      }
    }
    return values;
  }

  /**
   * The certificate authority beside a Secret ({@code sink-ca}, {@code store-ca}), if the job names
   * one.
   */
  public static Optional<Path> authority(String secret) {
    Path file = etc().resolve("secrets").resolve(secret + "-ca").resolve("ca.crt");
    return Files.isRegularFile(file) ? Optional.of(file) : Optional.empty();
  }
}
