package dev.tidemark.operator.kubernetes.reading;

import dev.tidemark.crds.StreamingJobStatus;
import dev.tidemark.operator.core.Fingerprint;
import dev.tidemark.operator.core.Memory;
import dev.tidemark.operator.core.Reason;
import java.time.Instant;

/** The decider's memory as it stands in {@code status.operator}, there and back. */
public final class Notes {
  private static final String COMPLETED = "Completed";

  private Notes() {}

  public static Memory read(
      dev.tidemark.crds.Memory notes, String image, StreamingJobStatus.RestoreSeen restore) {
    if (notes == null) {
      return Memory.NONE;
    }
    return new Memory(
        or(notes.attempt()),
        or(notes.launched()),
        image,
        notes.accepted() == null
            ? null
            : new Fingerprint.Key(
                text(notes.accepted().definitionDigest()), text(notes.accepted().image())),
        refusal(notes.refusal()),
        notes.leaving() == null || notes.leaving().at() == null
            ? null
            : new Memory.Leaving(
                or(notes.leaving().attempt()),
                text(notes.leaving().reason()),
                notes.leaving().at()),
        ended(notes.ended()),
        or(notes.failures()),
        or(notes.fruitless()),
        or(notes.restarts()),
        notes.notBefore(),
        rejection(notes.rejection()),
        new Memory.Restore(notes.restoreAnswered(), or(notes.rescued()), last(restore)));
  }

  private static Memory.LastRestore last(StreamingJobStatus.RestoreSeen restore) {
    return restore == null
        ? null
        : new Memory.LastRestore(
            text(restore.requestId()),
            COMPLETED.equals(restore.phase()),
            restore.backup(),
            restore.epoch() == null ? 0 : restore.epoch(),
            restore.safetyBackup(),
            text(restore.reason()),
            text(restore.message()),
            restore.startedAt(),
            restore.completedAt());
  }

  /** The last restore as people read it; null before one. */
  public static StreamingJobStatus.RestoreSeen restore(Memory memory) {
    Memory.LastRestore last = memory.restore().last();
    return last == null
        ? null
        : new StreamingJobStatus.RestoreSeen(
            last.requestId(),
            last.completed() ? COMPLETED : "Failed",
            last.backup(),
            last.epoch() == 0 ? null : last.epoch(),
            last.safetyBackup(),
            last.reason(),
            last.message(),
            last.startedAt(),
            last.completedAt());
  }

  private static Memory.Refusal refusal(dev.tidemark.crds.Memory.Refusal r) {
    return r == null || r.at() == null
        ? null
        : new Memory.Refusal(
            new Fingerprint.Key(text(r.definitionDigest()), text(r.image())),
            r.generation() == null ? 0 : r.generation(),
            text(r.reason()),
            text(r.message()),
            Boolean.TRUE.equals(r.retryable()),
            or(r.tries()),
            r.at());
  }

  private static Memory.Ended ended(dev.tidemark.crds.Memory.Ended e) {
    return e == null || e.at() == null
        ? null
        : new Memory.Ended(
            or(e.attempt()),
            text(e.reason()),
            text(e.message()),
            e.at(),
            e.generation() == null ? 0 : e.generation(),
            text(e.specHash()),
            Boolean.TRUE.equals(e.held()),
            Boolean.TRUE.equals(e.retryable()),
            or(e.tries()));
  }

  private static Memory.Rejection rejection(dev.tidemark.crds.Memory.Rejection r) {
    return r == null || r.at() == null
        ? null
        : new Memory.Rejection(
            reason(r.reason()),
            text(r.message()),
            r.generation() == null ? 0 : r.generation(),
            or(r.tries()),
            r.at());
  }

  private static Reason reason(String name) {
    for (Reason reason : Reason.values()) {
      if (reason.name().equals(name)) {
        return reason;
      }
    }
    return Reason.PodRejected;
  }

  public static dev.tidemark.crds.Memory write(Memory m, Instant figuresAt) {
    return new dev.tidemark.crds.Memory(
        m.attempt(),
        m.launched(),
        m.accepted() == null
            ? null
            : new dev.tidemark.crds.Memory.Accepted(
                m.accepted().definition(), m.accepted().image()),
        m.refusal() == null
            ? null
            : new dev.tidemark.crds.Memory.Refusal(
                m.refusal().key().definition(),
                m.refusal().key().image(),
                m.refusal().generation(),
                m.refusal().reason(),
                m.refusal().message(),
                m.refusal().retryable(),
                m.refusal().tries(),
                m.refusal().at()),
        m.leaving() == null
            ? null
            : new dev.tidemark.crds.Memory.Leaving(
                m.leaving().attempt(), m.leaving().reason(), m.leaving().at()),
        m.ended() == null
            ? null
            : new dev.tidemark.crds.Memory.Ended(
                m.ended().attempt(),
                m.ended().reason(),
                m.ended().message(),
                m.ended().at(),
                m.ended().generation(),
                m.ended().specHash(),
                m.ended().held(),
                m.ended().retryable(),
                m.ended().tries()),
        m.failures(),
        m.fruitless(),
        m.restarts(),
        m.notBefore(),
        m.rejection() == null
            ? null
            : new dev.tidemark.crds.Memory.Rejection(
                m.rejection().reason().name(),
                m.rejection().message(),
                m.rejection().generation(),
                m.rejection().tries(),
                m.rejection().at()),
        figuresAt,
        m.restore().answered(),
        m.restore().rescued() == 0 ? null : m.restore().rescued());
  }

  private static int or(Integer number) {
    return number == null ? 0 : number;
  }

  private static String text(String text) {
    return text == null ? "" : text;
  }
}
