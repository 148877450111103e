package dev.tidemark.job.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.ledger.OffsetNote.Span;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class OffsetNoteTest {
  private static final LedgerIdentity IDENTITY = new LedgerIdentity("c", Map.of("t", "id"));
  private static final Partition P0 = new Partition("t", 0);
  private static final Partition P1 = new Partition("t", 1);

  private static LedgerDocument opened() {
    return LedgerDocument.of("j").taken(3, 2, "here").opened(IDENTITY, Map.of(P0, 5L, P1, 7L), "");
  }

  @Test
  void aLedgerIsTheSameAfterItWasCommitted() {
    LedgerDocument ledger = opened().skipping(List.of(new Skipped(P1, 7, 9)));
    assertThat(GroupOffsets.document("j", GroupOffsets.of(ledger))).isEqualTo(ledger);
    LedgerDocument sealed = ledger.sealedBy(4);
    assertThat(GroupOffsets.document("j", GroupOffsets.of(sealed))).isEqualTo(sealed);
  }

  @Test
  void whatOthersCommittedSaysNothing() {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>(GroupOffsets.of(opened()));
    offsets.put(new TopicPartition("t", 2), new OffsetAndMetadata(9, ""));
    offsets.put(new TopicPartition("t", 3), new OffsetAndMetadata(9, "{\"somebody\": 1}"));
    assertThat(GroupOffsets.document("j", offsets)).isEqualTo(opened());
    assertThat(GroupOffsets.document("another", offsets).epoch()).isZero();
  }

  @Test
  void brokersTakeTheLongestNote() {
    List<Span> many =
        LongStream.range(0, 80)
            .mapToObj(i -> new Span(Long.MAX_VALUE - 2 * i, Long.MAX_VALUE - i))
            .toList();
    String id = "x".repeat(36);
    OffsetNote note = new OffsetNote(id, 1_000_000, Long.MAX_VALUE, id, id, true, many);
    assertThat(note.skipped()).hasSize(OffsetNote.MOST_SKIPPED).endsWith(many.get(79));
    assertThat(note.text().getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(4096);
    assertThat(OffsetNote.read(note.text())).contains(note);
  }
}
