package dev.tidemark.crds;

/**
 * Every default of the API, once: the schema's annotations and the compact constructors both read
 * it here.
 */
public final class Defaults {
  public static final String ENGINE = "DStream";
  public static final String BATCH_INTERVAL = "5s";
  public static final String STARTING_OFFSETS = "Earliest";
  public static final String MAX_RATE_PER_PARTITION = "10000";
  public static final String ON_OFFSETS_EXPIRED = "Stop";
  public static final String ON_MALFORMED = "Stop";
  public static final String RESTART_POLICY = "Always";
  public static final String INITIAL_BACKOFF = "1s";
  public static final String MAX_BACKOFF = "5m";
  public static final String HEALTHY_AFTER = "10m";
  public static final String BACKUP_MEMORY = "128Mi";
  public static final String CORES = "1";
  public static final String DRIVER_MEMORY = "768Mi";
  public static final String STANDBY_MEMORY = "320Mi";
  public static final String EXECUTOR_MEMORY = "512Mi";
  public static final String EXECUTOR_INSTANCES = "1";
  public static final String LOG_LEVEL = "INFO";
  public static final String REGION = "us-east-1";
  public static final String TIME_ZONE = "Etc/UTC";
  public static final String UPGRADE_STRATEGY = "Savepoint";
  public static final String RESULTS = "Running";
  public static final String WINDOW_TIME = "timestamp";
  public static final String LATENESS = "0s";

  /** {@code source.value.framing}. */
  public static final String FRAMING = "None";

  /** {@code application.fencing}. */
  public static final String FENCING = "Ledger";

  /** {@code application.progressDeadline} of a program that is fenced by its Lease. */
  public static final String PROGRESS_DEADLINE = "10m";

  public static final String FALSE = "false";
  public static final String TRUE = "true";

  /** The default of an object whose fields have defaults of their own. */
  public static final String EMPTY = "{}";

  private Defaults() {}

  static <T> T or(T value, T fallback) {
    return value == null ? fallback : value;
  }
}
