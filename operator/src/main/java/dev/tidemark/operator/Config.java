package dev.tidemark.operator;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Everything the operator is told from outside, read once at the start.
 *
 * @param streamingJobImage image of jobs that name none and never ran
 * @param backupImage image of the runs that make backups and put them back
 * @param executorClusterRole ClusterRole that drivers with executors are bound to
 * @param watchNamespaces namespaces to watch; empty is all
 * @param namespace where the operator itself runs, and its leader Lease lies
 * @param instance name of this replica
 */
public record Config(
    String streamingJobImage,
    String backupImage,
    String executorClusterRole,
    Set<String> watchNamespaces,
    boolean leaderElection,
    String namespace,
    String instance,
    int port) {

  /**
   * Reads the environment; throws with a sentence that names the variable when one is missing or
   * wrong.
   */
  public static Config of(Map<String, String> env) {
    boolean leaderElection = bool(env, "TIDEMARK_LEADER_ELECTION", true);
    return new Config(
        required(
            env,
            "TIDEMARK_STREAMING_JOB_IMAGE",
            "the image of drivers, such as tidemark/streaming-job:0.1.0"),
        required(
            env,
            "TIDEMARK_BACKUP_IMAGE",
            "the image of backup runs, such as tidemark/backup:0.1.0"),
        value(env, "TIDEMARK_EXECUTOR_CLUSTER_ROLE").orElse("tidemark-executors"),
        value(env, "TIDEMARK_WATCH_NAMESPACES").map(Config::list).orElse(Set.of()),
        leaderElection,
        leaderElection
            ? required(
                env, "TIDEMARK_NAMESPACE", "the namespace of the operator, for its leader Lease")
            : value(env, "TIDEMARK_NAMESPACE").orElse("default"),
        value(env, "TIDEMARK_POD_NAME").or(() -> value(env, "HOSTNAME")).orElse("operator"),
        port(value(env, "TIDEMARK_PORT").orElse("8080")));
  }

  private static Optional<String> value(Map<String, String> env, String name) {
    return Optional.ofNullable(env.get(name)).map(String::strip).filter(v -> !v.isEmpty());
  }

  private static String required(Map<String, String> env, String name, String what) {
    return value(env, name)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "The environment variable " + name + " is not set: " + what + "."));
  }

  private static boolean bool(Map<String, String> env, String name, boolean otherwise) {
    String text = value(env, name).orElse(Boolean.toString(otherwise));
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default ->
          throw new IllegalArgumentException(name + " is '" + text + "', must be true or false.");
    };
  }

  private static int port(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("TIDEMARK_PORT is '" + text + "', must be a number.", e);
    }
  }

  private static Set<String> list(String text) {
    return Arrays.stream(text.split(","))
        .map(String::strip)
        .filter(s -> !s.isEmpty())
        .collect(Collectors.toSet());
  }
}
