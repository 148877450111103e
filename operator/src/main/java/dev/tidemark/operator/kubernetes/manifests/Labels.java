package dev.tidemark.operator.kubernetes.manifests;

import dev.tidemark.operator.core.DriverPlan;
import dev.tidemark.operator.core.Fingerprint;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** Labels and annotations of everything that belongs to a job. */
public final class Labels {
  public static final String JOB = "tidemark.dev/job";
  static final String ATTEMPT = "tidemark.dev/attempt";
  static final String DEFINITION = "tidemark.dev/definition";
  public static final String COMPONENT = "app.kubernetes.io/component";
  public static final String MANAGED_BY = "app.kubernetes.io/managed-by";

  public static final String DRIVER = "driver";
  public static final String CHECK = "check";
  public static final String EXECUTOR = "executor";
  public static final String BACKUP = "backup";
  static final String RESTORE = "restore";
  public static final String TIDEMARK = "tidemark";

  /** Label that Kubernetes gives the pods of a Job. */
  public static final String JOB_NAME = "batch.kubernetes.io/job-name";

  /** Annotation of a StreamingJob: the operator keeps its hands off. */
  static final String PAUSED = "tidemark.dev/paused";

  /** Annotation of the Lease: the driver's report. */
  public static final String PROGRESS = "tidemark.dev/progress";

  /**
   * Label of the Lease: {@code true} as long as its driver only says that there is nothing to do.
   */
  public static final String IDLE = "tidemark.dev/idle";

  /**
   * Annotation of the Lease: the attempt that waited and was told to begin, and what it follows.
   */
  public static final String TURN = "tidemark.dev/turn";

  /** Annotation of the Lease: the attempt that waits and is ready, in the driver's hand. */
  public static final String STANDING_BY = "tidemark.dev/standing-by";

  /**
   * Annotation of a driver pod that was made to wait for its turn: {@code waits} or {@code turn}.
   */
  public static final String SUCCESSOR = "tidemark.dev/successor";

  static final String WAITS = "waits";
  public static final String HAS_TURN = "turn";

  private static final String GENERATION = "tidemark.dev/generation";
  private static final String SPEC_HASH = "tidemark.dev/spec-hash";
  private static final String DIGEST = "tidemark.dev/definition-digest";
  private static final String IMAGE = "tidemark.dev/image";
  private static final String RESTORE_REQUEST = "tidemark.dev/restore-request";
  private static final String FOLLOWS = "tidemark.dev/follows";
  private static final String NONCE = "tidemark.dev/restart-nonce";

  private Labels() {}

  public static Map<String, String> of(String job, String component) {
    Map<String, String> labels = new LinkedHashMap<>();
    labels.put("app.kubernetes.io/name", "streaming-job");
    labels.put("app.kubernetes.io/instance", job);
    labels.put(COMPONENT, component);
    labels.put("app.kubernetes.io/part-of", TIDEMARK);
    labels.put(MANAGED_BY, TIDEMARK);
    labels.put(JOB, job);
    return labels;
  }

  static Map<String, String> ofAttempt(String job, int attempt, Fingerprint made) {
    Map<String, String> labels = of(job, DRIVER);
    labels.put(ATTEMPT, Integer.toString(attempt));
    labels.put(DEFINITION, Digest.shortened(made.definition(), 16));
    return labels;
  }

  static Map<String, String> annotations(Fingerprint made) {
    Map<String, String> annotations = new LinkedHashMap<>();
    annotations.put(GENERATION, Long.toString(made.generation()));
    annotations.put(SPEC_HASH, made.specHash());
    annotations.put(DIGEST, made.definition());
    annotations.put(IMAGE, made.image());
    annotations.put(NONCE, made.restartNonce());
    return annotations;
  }

  /**
   * Reads back what {@link #annotations} wrote; what is missing is empty, and so unlike anything
   * wanted.
   */
  public static Fingerprint fingerprint(HasMetadata object) {
    Map<String, String> annotations = object.getMetadata().getAnnotations();
    if (annotations == null) {
      annotations = Map.of();
    }
    return new Fingerprint(
        number(annotations.get(GENERATION)),
        annotations.getOrDefault(SPEC_HASH, ""),
        annotations.getOrDefault(DIGEST, ""),
        annotations.getOrDefault(IMAGE, ""),
        annotations.getOrDefault(NONCE, ""));
  }

  /**
   * Of the settings of an attempt: how and when the one before ended; nothing where there is none.
   */
  public static Map<String, String> follows(DriverPlan.Previous previous) {
    return previous == null
        ? Map.of()
        : Map.of(FOLLOWS, previous.reason() + " " + previous.endedAt());
  }

  /** Reads back what {@link #follows(DriverPlan.Previous)} wrote; null for nothing. */
  public static DriverPlan.Previous follows(HasMetadata settings) {
    String text = annotation(settings, FOLLOWS);
    int space = text == null ? -1 : text.indexOf(' ');
    Instant at = space < 0 ? null : Json.instant(text.substring(space + 1));
    return at == null ? null : new DriverPlan.Previous(text.substring(0, space), at);
  }

  /** True for a driver pod that waits for its turn. */
  public static boolean waits(HasMetadata pod) {
    return WAITS.equals(successor(pod));
  }

  /** True for a driver pod that has waited for its turn and was given it. */
  public static boolean waited(HasMetadata pod) {
    return HAS_TURN.equals(successor(pod));
  }

  private static String successor(HasMetadata pod) {
    return annotation(pod, SUCCESSOR);
  }

  /** Of the run of a restore: which request it carries out. */
  public static Map<String, String> restore(String requestId) {
    return Map.of(RESTORE_REQUEST, requestId);
  }

  public static String restore(HasMetadata run) {
    String request = annotation(run, RESTORE_REQUEST);
    return request == null ? "" : request;
  }

  public static int attempt(HasMetadata object) {
    return (int) number(label(object, ATTEMPT));
  }

  public static String label(HasMetadata object, String key) {
    Map<String, String> labels = object.getMetadata().getLabels();
    return labels == null ? null : labels.get(key);
  }

  public static String annotation(HasMetadata object, String key) {
    Map<String, String> annotations = object.getMetadata().getAnnotations();
    return annotations == null ? null : annotations.get(key);
  }

  private static long number(String text) {
    try {
      return text == null ? 0 : Long.parseLong(text);
    } catch (NumberFormatException notOurs) {
      return 0;
    }
  }
}
