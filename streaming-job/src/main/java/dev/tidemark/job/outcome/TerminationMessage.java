package dev.tidemark.job.outcome;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How a driver or check run ended, in the words of {@code contract/README.md}. Fields that make no
 * sense are left out.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TerminationMessage(
    Reason reason,
    String message,
    boolean retryable,
    Boolean accepted,
    Integer attempt,
    Long epoch,
    Integer revision,
    String batch,
    Totals totals) {

  /** Where Kubernetes looks for it; {@code TIDEMARK_TERMINATION_LOG} overrides. */
  public static final Path MOUNTED = Path.of("/dev/termination-log");

  // Kubernetes cuts at 4096 bytes, which would leave half a JSON: the sentence is cut instead.
  private static final int LIMIT = 4096;
  private static final JsonMapper JSON = new JsonMapper();

  /** A refusal or failure before anything is known of a run. */
  public static TerminationMessage of(Trouble trouble) {
    return new TerminationMessage(
        trouble.reason(),
        trouble.getMessage(),
        trouble.reason().retryable(),
        null,
        null,
        null,
        null,
        null,
        null);
  }

  /** The verdict of a check run. */
  public TerminationMessage verdict(boolean isAccepted) {
    return new TerminationMessage(
        reason, message, retryable, isAccepted, attempt, epoch, revision, batch, totals);
  }

  /** As JSON of at most 4096 bytes. */
  public String json() {
    for (int length = message.length(); ; length = length * 3 / 4) {
      String json =
          write(length == message.length() ? message : message.substring(0, length) + "…");
      if (json.getBytes(StandardCharsets.UTF_8).length <= LIMIT || length < 8) {
        return json;
      }
    }
  }

  private String write(String sentence) {
    try {
      return JSON.writeValueAsString(
          new TerminationMessage(
              reason, sentence, retryable, accepted, attempt, epoch, revision, batch, totals));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Leaves it where the kubelet finds it; a failure to do so is printed, because nothing else can
   * be done about it.
   */
  public void leave() {
    String override = System.getenv("TIDEMARK_TERMINATION_LOG");
    try {
      Files.writeString(override == null ? MOUNTED : Path.of(override), json());
    } catch (IOException e) {
      System.err.println("cannot write the termination message " + json() + ": " + e);
    }
  }
}
