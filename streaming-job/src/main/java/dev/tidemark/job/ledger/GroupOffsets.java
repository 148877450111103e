package dev.tidemark.job.ledger;

import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.ledger.OffsetNote.Span;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** A ledger's content as the committed offsets of a consumer group, and back. */
final class GroupOffsets {
  private GroupOffsets() {}

  /** What offsets say of a job; those of others, and of other jobs, say nothing. */
  static LedgerDocument document(String jobId, Map<TopicPartition, OffsetAndMetadata> offsets) {
    int revision = 0;
    long epoch = 0;
    boolean sealed = false;
    String cluster = null;
    Map<String, String> topicIds = new HashMap<>();
    List<LedgerDocument.Offset> until = new ArrayList<>();
    List<LedgerDocument.Range> skipped = new ArrayList<>();
    for (Map.Entry<TopicPartition, OffsetAndMetadata> entry : offsets.entrySet()) {
      OffsetNote note =
          OffsetNote.read(entry.getValue().metadata())
              .filter(n -> n.job().equals(jobId))
              .orElse(null);
      if (note == null) {
        continue;
      }
      String topic = entry.getKey().topic();
      int partition = entry.getKey().partition();
      if (note.epoch() >= epoch) {
        // A crash between two commits leaves some partitions with the epoch before.
        sealed = note.epoch() == epoch ? sealed || note.sealed() : note.sealed();
        epoch = note.epoch();
        revision = note.revision();
      }
      cluster = note.cluster();
      topicIds.put(topic, note.topic());
      until.add(new LedgerDocument.Offset(topic, partition, entry.getValue().offset()));
      for (Span span : note.skipped()) {
        skipped.add(new LedgerDocument.Range(topic, partition, span.from(), span.until()));
      }
    }
    until.sort(
        Comparator.comparing(LedgerDocument.Offset::topic)
            .thenComparingInt(LedgerDocument.Offset::partition));
    return new LedgerDocument(
        LedgerDocument.CONTRACT,
        jobId,
        revision,
        epoch,
        sealed,
        cluster,
        topicIds,
        List.copyOf(until),
        List.copyOf(skipped),
        null,
        null);
  }

  /** What is to be committed so that {@link #document} says the same again. */
  static Map<TopicPartition, OffsetAndMetadata> of(LedgerDocument document) {
    return document.offsets().stream()
        .collect(
            Collectors.toMap(
                offset -> new TopicPartition(offset.topic(), offset.partition()),
                offset ->
                    new OffsetAndMetadata(
                        offset.until(),
                        note(document, new Partition(offset.topic(), offset.partition())).text())));
  }

  private static OffsetNote note(LedgerDocument document, Partition partition) {
    return new OffsetNote(
        document.jobId(),
        document.revision(),
        document.epoch(),
        document.cluster(),
        Objects.requireNonNull(document.topicIds().get(partition.topic())),
        document.sealed(),
        document.state().skipped().stream()
            .filter(range -> range.partition().equals(partition))
            .map(range -> new Span(range.from(), range.until()))
            .toList());
  }
}
