package dev.tidemark.job.ledger;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import java.util.Optional;

/**
 * What a committed offset of a consumer group says beside its number, as its metadata: what a
 * ledger in a database has in a row of the job. Every partition has all of it, since offsets are
 * committed one by one. Brokers refuse more than 4096 bytes.
 *
 * @param job the job's id
 * @param cluster id of the Kafka cluster
 * @param topic id of the partition's topic
 * @param sealed true after a hand-over
 * @param skipped the newest {@link #MOST_SKIPPED} ranges of the partition that were skipped
 */
@JsonInclude(JsonInclude.Include.NON_DEFAULT)
record OffsetNote(
    String job,
    int revision,
    long epoch,
    String cluster,
    String topic,
    boolean sealed,
    List<Span> skipped) {
  static final int MOST_SKIPPED = 50;

  private static final JsonMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  /** Offsets {@code from} (inclusive) to {@code until} (exclusive). */
  record Span(long from, long until) {}

  OffsetNote {
    skipped = skipped == null ? List.of() : List.copyOf(skipped);
    skipped = skipped.subList(Math.max(0, skipped.size() - MOST_SKIPPED), skipped.size());
  }

  /** Empty of what somebody else committed. */
  static Optional<OffsetNote> read(String metadata) {
    try {
      OffsetNote note = JSON.readValue(metadata, OffsetNote.class);
      return note.job() == null ? Optional.empty() : Optional.of(note);
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  String text() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
