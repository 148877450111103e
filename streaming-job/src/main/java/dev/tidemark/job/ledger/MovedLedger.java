package dev.tidemark.job.ledger;

import dev.tidemark.job.outcome.Trouble;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The ledger of a job whose sink was changed: the position may still be in the ledger of the sink
 * before. The run that takes the next epoch seals that one, so that nothing can commit there any
 * more, and only then opens the other from the sealed offsets. Whatever dies between the two, the
 * next run finds a sealed ledger and goes on. Of two ledgers that know the job the one with the
 * later epoch is right, at the same epoch the open one: a hand-over seals one and opens the other
 * with the epoch of the run that does it.
 */
final class MovedLedger implements Ledger {
  private final Ledger to;
  private final Supplier<Ledger> opener;
  private Ledger opened;

  /**
   * Nothing is asked yet.
   *
   * @param from opens the ledger of the sink before; called only while that may have to be handed
   *     over
   */
  MovedLedger(Ledger to, Supplier<Ledger> from) {
    this.to = to;
    this.opener = from;
  }

  private interface Work<T> {
    T run(Ledger from);
  }

  private synchronized <T> T before(Work<T> work) {
    if (opened == null) {
      opened = opener.get();
    }
    try {
      return work.run(opened);
    } catch (Trouble e) {
      throw new Trouble(
          e.reason(),
          "the position of this job is still in the ledger of its sink before, "
              + opened.shown()
              + ", and has to be handed over from there: "
              + e.getMessage(),
          e);
    }
  }

  private static boolean knows(Optional<LedgerState> state) {
    return state.isPresent() && !state.get().until().isEmpty();
  }

  private static boolean isLater(Optional<LedgerState> one, Optional<LedgerState> other) {
    if (!knows(one) || !knows(other)) {
      return knows(one);
    }
    long difference = one.get().epoch() - other.get().epoch();
    return difference > 0 || (difference == 0 && !one.get().sealed() && other.get().sealed());
  }

  @Override
  public void connect() {
    to.connect();
  }

  @Override
  public Optional<KnownJob> known(String owner) {
    return to.known(owner).or(() -> before(from -> from.known(owner)));
  }

  @Override
  public Optional<LedgerState> read(String jobId) {
    Optional<LedgerState> now = to.read(jobId);
    if (knows(now) && !now.get().sealed()) {
      return now;
    }
    Optional<LedgerState> before = before(from -> from.read(jobId));
    return isLater(before, now) ? before : now;
  }

  @Override
  public LedgerState takeEpoch(String jobId, long epoch, int revision) {
    Optional<LedgerState> now = to.read(jobId);
    if (knows(now) && !now.get().sealed()) {
      return to.takeEpoch(jobId, epoch, revision);
    }
    // Sealed even where it stands nowhere yet: a run that was about to begin there must not.
    Optional<LedgerState> there = before(from -> from.read(jobId));
    Optional<Position> position =
        there.isEmpty() ? Optional.empty() : before(from -> from.seal(jobId, epoch));
    if (!isLater(there, now)) {
      // Asked again: where only the table is another one, both are the same ledger.
      if (to.read(jobId).filter(LedgerState::sealed).isEmpty()) {
        return to.takeEpoch(jobId, epoch, revision);
      }
      position = to.seal(jobId, epoch); // given back before anything was taken over
    }
    return to.takeOver(jobId, epoch, revision, position.orElse(Position.NOWHERE));
  }

  @Override
  public Optional<Position> seal(String jobId, long epoch) {
    return to.seal(jobId, epoch);
  }

  @Override
  public LedgerState takeOver(String jobId, long epoch, int revision, Position position) {
    return to.takeOver(jobId, epoch, revision, position);
  }

  @Override
  public LedgerState open(
      String jobId,
      long epoch,
      LedgerIdentity identity,
      Map<LedgerState.Partition, Long> startingOffsets) {
    return to.open(jobId, epoch, identity, startingOffsets);
  }

  @Override
  public LedgerState skip(String jobId, long epoch, List<Skipped> ranges) {
    return to.skip(jobId, epoch, ranges);
  }

  @Override
  public String shown() {
    return to.shown();
  }

  @Override
  public synchronized void close() {
    to.close();
    if (opened != null) {
      opened.close();
    }
  }
}
