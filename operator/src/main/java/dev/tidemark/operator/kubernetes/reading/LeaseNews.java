package dev.tidemark.operator.kubernetes.reading;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.operator.core.ProgressSeen;
import dev.tidemark.operator.kubernetes.manifests.Labels;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Whether a report says more than that everything goes on. One that does not is kept for whoever
 * looks at the job next, but is no reason to look: with many jobs nearly all reports are such.
 */
public final class LeaseNews {
  /** What changes with every batch and is in the status as a figure at most. */
  private static final List<String> FIGURES =
      List.of("batch", "totals", "lag", "lastCommitAt", "state");

  private LeaseNews() {}

  /** True when the report in this version of the Lease says more than the one before. */
  public static boolean in(Lease now, Optional<LeaseReader> report, Lease before) {
    return !Objects.equals(holder(now), holder(before))
        || !Objects.equals(
            now.getMetadata().getOwnerReferences(), before.getMetadata().getOwnerReferences())
        || !others(now).equals(others(before))
        || reports(report, LeaseReader.read(before));
  }

  private static boolean reports(Optional<LeaseReader> now, Optional<LeaseReader> before) {
    if (now.isEmpty() || before.isEmpty()) {
      return true;
    }
    ProgressSeen then = before.get().seen();
    ProgressSeen seen = now.get().seen();
    return (then.idle() && !seen.idle()) // its figures are written sooner again
        || isLate(then.renewedAt(), seen.renewedAt(), then.nextWithin())
        || isLate(then.lastCommitAt(), seen.lastCommitAt(), then.nextWithin())
        || !withoutFigures(before.get().json()).equals(withoutFigures(now.get().json()));
  }

  private static JsonNode withoutFigures(JsonNode report) {
    boolean committed = report.path("totals").path("batches").asLong(0) > 0;
    if (report instanceof ObjectNode object) {
      object.remove(FIGURES);
      object.put("committed", committed);
      if (object.path("checkpoint") instanceof ObjectNode checkpoint) {
        checkpoint.put("time", checkpoint.hasNonNull("time"));
      }
    }
    return report;
  }

  /** What came later than it should may have been taken for missing in between. */
  private static boolean isLate(Instant before, Instant now, Duration within) {
    return (before == null || now == null)
        ? !Objects.equals(before, now)
        : now.isAfter(before.plus(within));
  }

  private static String holder(Lease lease) {
    return lease.getSpec() == null ? null : lease.getSpec().getHolderIdentity();
  }

  private static Map<String, String> others(Lease lease) {
    Map<String, String> annotations = lease.getMetadata().getAnnotations();
    Map<String, String> others = new HashMap<>(annotations == null ? Map.of() : annotations);
    others.remove(Labels.PROGRESS);
    return others;
  }
}
