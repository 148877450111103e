package dev.tidemark.job.progress;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whose turn it is, as the job's Lease says: {@code tidemark.dev/turn}, which the operator writes
 * once no other driver of the job is there. A driver made to wait says in {@code
 * tidemark.dev/standing-by} that it is ready.
 */
public final class LeaseTurn {
  private static final Logger LOG = LoggerFactory.getLogger(LeaseTurn.class);

  /** Whoever can not read the Lease for so long will not be told of its turn either. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final JsonMapper JSON = new JsonMapper();

  private final JobLease lease;
  private final int attempt;
  private Instant unreadableSince;

  /**
   * The turn given.
   *
   * @param reason how the driver before ended; null when there was none
   * @param endedAt when it did; null when there was none
   */
  public record Given(String reason, String endedAt) {}

  /** The turn of one attempt in that Lease. */
  public LeaseTurn(JobLease lease, int attempt) {
    this.lease = lease;
    this.attempt = attempt;
  }

  /** Says that this attempt is ready. Where that cannot be said, its turn comes all the same. */
  public void standingBy() throws InterruptedException {
    try {
      lease.merge(
          "{\"metadata\":{\"labels\":{\""
              + LeaseReporter.IDLE
              + "\":\"false\"},\"annotations\":{\"tidemark.dev/standing-by\":\""
              + attempt
              + "\"}}}");
    } catch (IOException e) {
      LOG.warn("the operator cannot be told that this driver is ready: {}", e.toString());
    }
  }

  /**
   * Looks once.
   *
   * @return empty while it is not this attempt's turn
   * @throws IOException once the Lease could not be read for two minutes
   */
  public Optional<Given> look() throws IOException, InterruptedException {
    try {
      JsonNode now = JSON.readTree(lease.get());
      unreadableSince = null;
      return given(now.path("metadata").path("annotations").path("tidemark.dev/turn").asText());
    } catch (IOException e) {
      Instant failed = Instant.now();
      if (unreadableSince == null) {
        unreadableSince = failed;
        LOG.warn("whose turn it is cannot be read; trying again: {}", e.toString());
      }
      if (failed.isAfter(unreadableSince.plus(PATIENCE))) {
        throw e;
      }
      return Optional.empty();
    }
  }

  private Optional<Given> given(String text) throws IOException {
    JsonNode turn = JSON.readTree(text);
    return turn.path("attempt").asInt(0) == attempt
        ? Optional.of(
            new Given(turn.path("reason").asText(null), turn.path("endedAt").asText(null)))
        : Optional.empty();
  }
}
