package dev.tidemark.backup.repository;

import dev.tidemark.backup.BackupException;
import dev.tidemark.backup.repository.Manifest.Stored;
import dev.tidemark.backup.repository.Verification.Drill;
import dev.tidemark.backup.repository.Verification.Level;
import dev.tidemark.backup.rows.Lookup;
import dev.tidemark.backup.store.ObjectStore.Changed;
import dev.tidemark.backup.store.ObjectStore.Listed;
import dev.tidemark.backup.store.Transferred;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

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
      Lookup<Listed> found = repository.listed(manifest.folder());
      for (Stored object : manifest.objects()) {
        object.fault(found.find(object.key()).orElse(null)).ifPresent(faults::add);
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

  private void content(Manifest manifest, Lookup<Listed> found, List<String> faults) {
    Transferred.each(
        manifest.objects(),
        object ->
            found
                .find(object.key())
                .map(there -> repository.store().stream(there, piece -> {}))
                .map(sums -> sums.thenApply(object::fault).exceptionally(e -> changed(object, e)))
                .orElse(CompletableFuture.completedFuture(Optional.empty())),
        fault -> fault.ifPresent(faults::add));
  }

  private static Optional<String> changed(Stored object, Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof Changed) {
      return Optional.of(object.key() + " changed while it was read");
    }
    throw cause instanceof RuntimeException ours ? ours : new CompletionException(cause);
  }
}
