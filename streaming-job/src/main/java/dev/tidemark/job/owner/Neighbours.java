package dev.tidemark.job.owner;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What lies around a path nobody owns yet: it must be empty, and neither above nor below another
 * job's.
 */
final class Neighbours {

  private static final Pattern REVISION = Pattern.compile("r\\d{6,}/");
  private static final int SHOWN = 3;

  private final Records records;
  private final CheckpointPath path;

  Neighbours(Records records, CheckpointPath path) {
    this.records = records;
    this.path = path;
  }

  /**
   * Refuses what may not be taken.
   *
   * @param ours what lies there without a record is known to be this job's
   * @throws Trouble {@code CheckpointInUse}, {@code OwnerRecordMissing}
   */
  void requireFree(boolean ours) {
    requireOutside();
    List<String> foreign = new ArrayList<>();
    for (String name : records.children(path, path.below(""))) {
      if (REVISION.matcher(name).matches()) {
        requireNoOrphan(name, ours);
      } else if (!name.equals("_tidemark/")) {
        foreign.add(name);
      }
    }
    if (!foreign.isEmpty()) {
      throw holds(foreign);
    }
  }

  /** No job may lie below another's path: pruning the one would delete the other. */
  void requireOutside() {
    for (CheckpointPath parent : path.parents()) {
      Optional<StoredRecord> above = records.get(parent);
      if (above.isPresent()) {
        throw new Trouble(
            Reason.CheckpointInUse,
            "the checkpoint path "
                + path
                + " lies inside "
                + parent
                + ", which belongs to "
                + Claims.shown(above.get().record())
                + "; choose a checkpoint.path beside it");
      }
    }
  }

  private void requireNoOrphan(String revision, boolean ours) {
    Optional<CheckpointPath> inside = jobBelow(path.below(revision));
    if (inside.isPresent()) {
      throw contains(inside.get());
    }
    if (ours) {
      return;
    }
    throw new Trouble(
        Reason.OwnerRecordMissing,
        path
            + " holds checkpoints ("
            + revision
            + ") but no owner record, so nobody knows whose they are; put back s3a://"
            + path.bucket()
            + "/"
            + path.record()
            + ", or choose another checkpoint.path, or delete everything under this one");
  }

  private Trouble holds(List<String> foreign) {
    for (String name : foreign) {
      Optional<CheckpointPath> inside =
          name.endsWith("/") ? jobBelow(path.below(name)) : Optional.empty();
      if (inside.isPresent()) {
        return contains(inside.get());
      }
    }
    String shown = String.join(", ", foreign.subList(0, Math.min(SHOWN, foreign.size())));
    return new Trouble(
        Reason.CheckpointInUse,
        path
            + " already holds other objects ("
            + shown
            + (foreign.size() > SHOWN ? " and " + (foreign.size() - SHOWN) + " more" : "")
            + "); choose an empty checkpoint.path");
  }

  private Trouble contains(CheckpointPath inside) {
    String whose =
        records.get(inside).map(found -> Claims.shown(found.record())).orElse("another job");
    return new Trouble(
        Reason.CheckpointInUse,
        path
            + " contains "
            + inside
            + ", which belongs to "
            + whose
            + "; choose a checkpoint.path beside it");
  }

  private Optional<CheckpointPath> jobBelow(String prefix) {
    return records.keys(path, prefix).stream()
        .map(path::ofRecord)
        .filter(found -> found != null && !found.equals(path))
        .findFirst();
  }
}
