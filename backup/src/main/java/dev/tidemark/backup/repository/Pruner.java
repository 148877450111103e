package dev.tidemark.backup.repository;

import dev.tidemark.backup.repository.Retention.Candidate;
import dev.tidemark.backup.repository.Sweeper.Swept;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Forgets the backups that retention does not keep, and sweeps. */
public final class Pruner {
  private final Repository repository;
  private final Clock clock;

  /** Of that repository. */
  public Pruner(Repository repository, Clock clock) {
    this.repository = repository;
    this.clock = clock;
  }

  /** What was done, or would be. */
  public record Pruned(List<String> forgotten, Swept swept) {}

  /**
   * One pass. A backup counts as good when its last verification found it so.
   *
   * @param dry true: nothing is changed
   */
  public Pruned prune(Retention retention, Duration grace, boolean dry) {
    List<Candidate> backups =
        repository.all().stream()
            .map(
                manifest ->
                    new Candidate(
                        manifest.name(),
                        manifest.slot() == null ? manifest.createdAt() : manifest.slot(),
                        repository
                            .verification(manifest.name())
                            .map(Verification::good)
                            .orElse(false)))
            .toList();
    Set<String> forget = retention.forget(backups, clock.instant());
    if (!dry && !forget.isEmpty()) {
      repository.forget(forget);
    }
    return new Pruned(forget.stream().sorted().toList(), new Sweeper(repository).sweep(grace, dry));
  }
}
