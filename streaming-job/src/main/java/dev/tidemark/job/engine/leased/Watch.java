package dev.tidemark.job.engine.leased;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.owner.OwnerRecord;
import dev.tidemark.job.owner.Ownership;
import dev.tidemark.job.progress.Progress;
import dev.tidemark.job.settings.Settings;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks now and then at what the program writes into its directory. Once a checkpoint is seen, the
 * owner record says so, and no later run begins without it. It reads that record, too: whoever has
 * taken the next epoch is the driver now.
 */
final class Watch {
  private static final Logger LOG = LoggerFactory.getLogger(Watch.class);
  private static final long FIRST_MILLIS = 1_000;
  private static final long EVERY_MILLIS = 10_000;

  private final Settings settings;
  private final Ownership ownership;
  private final OwnerRecord owner;
  private final Progress progress;
  private final Looking looking;
  private boolean noted;
  private volatile Trouble fenced;

  /** A look into the directory. */
  interface Looking {
    ProgramCheckpoint look() throws IOException;
  }

  Watch(
      Settings settings,
      Ownership ownership,
      OwnerRecord owner,
      Progress progress,
      Looking looking) {
    this.settings = settings;
    this.ownership = ownership;
    this.owner = owner;
    this.progress = progress;
    this.looking = looking;
    this.noted = owner.stateRevision() == owner.revision();
  }

  /** Looks from now on, in a thread of its own. */
  void start() {
    Thread thread = new Thread(this::loop, "checkpoint-watch");
    thread.setDaemon(true);
    thread.start();
  }

  private void loop() {
    try {
      while (true) {
        Thread.sleep(noted ? EVERY_MILLIS : FIRST_MILLIS);
        once();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One more look, because the program has ended. */
  void last() {
    once();
  }

  /** That a later run has begun, should that ever be seen; null otherwise. */
  Trouble fenced() {
    return fenced;
  }

  private synchronized void once() {
    try {
      if (ownership.read().filter(now -> now.lastEpoch() > owner.lastEpoch()).isPresent()) {
        fenced =
            new Trouble(
                Reason.Fenced,
                "a later run took the next epoch of " + settings.runtime().checkpoint().path());
        return;
      }
      ProgramCheckpoint found = looking.look();
      found.newest().ifPresent(progress::checkpoint);
      if (found.present() && !noted) {
        var unused = ownership.stateBegun(owner.revision());
        noted = true;
      }
    } catch (IOException | RuntimeException e) {
      LOG.warn("what the program has checkpointed cannot be seen now: {}", e.toString());
    }
  }
}
