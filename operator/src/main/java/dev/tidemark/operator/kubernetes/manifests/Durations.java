package dev.tidemark.operator.kubernetes.manifests;

import java.time.Duration;

/** Durations and sizes as the API writes them; the CRD's rules let nothing else through. */
public final class Durations {
  private Durations() {}

  /** {@code 500ms}, {@code 5s}, {@code 10m} or {@code 1h}. */
  public static Duration of(String text) {
    if (text.endsWith("ms")) {
      return Duration.ofMillis(Long.parseLong(text.substring(0, text.length() - 2)));
    }
    long number = Long.parseLong(text.substring(0, text.length() - 1));
    return switch (text.charAt(text.length() - 1)) {
      case 's' -> Duration.ofSeconds(number);
      case 'm' -> Duration.ofMinutes(number);
      case 'h' -> Duration.ofHours(number);
      default ->
          throw new IllegalArgumentException(
              text + " is not a duration such as 500ms, 5s, 10m or 1h");
    };
  }

  /** {@code 768Mi} or {@code 2Gi}, in MiB. */
  static int mebibytes(String text) {
    int number = Integer.parseInt(text.substring(0, text.length() - 2));
    return text.endsWith("Gi") ? number * 1024 : number;
  }
}
