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
   * @param most forgets no more than so many, the oldest first
   * @param dry true: nothing is changed
   */
  public Pruned prune(Retention retention, Duration grace, int most, boolean dry) {
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
    Set<String> unwanted = retention.forget(backups, clock.instant());
    List<String> forget =
        backups.stream().map(Candidate::name).filter(unwanted::contains).limit(most).toList();
    if (!dry && !forget.isEmpty()) {
      repository.forget(forget);
    }
    return new Pruned(forget, new Sweeper(repository).sweep(grace, dry));
  }
}
