package dev.tidemark.backup.repository;

import dev.tidemark.backup.BackupException;
import dev.tidemark.backup.repository.Manifest.Stored;
import dev.tidemark.backup.repository.Verification.Drill;
import dev.tidemark.backup.repository.Verification.Level;
import dev.tidemark.backup.store.ObjectStore.Changed;
import dev.tidemark.backup.store.ObjectStore.Listed;
import dev.tidemark.backup.store.ObjectStore.Sums;
import dev.tidemark.backup.store.Transferred;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Looks whether a backup is still what was made. */
public final class Verifier {
  private final Repository repository;
  private final Clock clock;

  /** Of backups in that repository. */
  public Verifier(Repository repository, Clock clock) {
    this.repository = repository;
    this.clock = clock;
  }

  /**
   * Looks, and notes what was found.
   *
   * @param level {@code Presence} or {@code Checksum}
   * @throws BackupException {@code BackupNotFound}
   */
  public Verification verify(String name, Level level) {
    return verify(name, level, null);
  }

  /**
   * Looks at everything that the store can tell, and notes it with what the job's image has found.
   *
   * @throws BackupException {@code BackupNotFound}
   */
  public Verification verify(String name, Drill drill) {
    return verify(name, Level.RestoreDrill, drill);
  }

  private Verification verify(String name, Level level, Drill drill) {
    List<String> faults = new ArrayList<>();
    try {
      Manifest manifest = repository.read(name);
      Map<String, Listed> found = repository.listed(manifest.folder());
      for (Stored object : manifest.objects()) {
        object.fault(found.get(object.key())).ifPresent(faults::add);
      }
      if (level != Level.Presence) {
        content(manifest, found, faults);
      }
    } catch (BackupException e) {
      if (e.reason() != BackupException.Reason.BackupDamaged) {
        throw e;
      }
      faults.add(e.getMessage());
    }
    if (drill != null && drill.fault() != null) {
      faults.add("the job's image cannot begin with it: " + drill.fault());
    }
    Verification verification =
        new Verification(name, level, clock.instant(), List.copyOf(faults), drill);
    repository.note(verification);
    return verification;
  }

  private void content(Manifest manifest, Map<String, Listed> found, List<String> faults) {
    Map<Stored, CompletableFuture<Sums>> sums = new HashMap<>();
    for (Stored object : manifest.objects()) {
      Listed there = found.get(object.key());
      if (there != null) {
        sums.put(object, repository.store().stream(there, piece -> {}));
      }
    }
    sums.forEach(
        (object, sum) -> {
          try {
            object.fault(Transferred.one(sum)).ifPresent(faults::add);
          } catch (Changed e) {
            faults.add(object.key() + " changed while it was read");
          }
        });
  }
}
