package dev.tidemark.job.owner;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.settings.Settings;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;

/** The owner record in an S3 store. */
public final class S3Ownership implements Ownership, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(S3Ownership.class);
  private static final int TRIES = 8;
  private static final int LONGEST_PAUSE_MILLIS = 200;

  private final CheckpointPath path;
  private final String endpoint;
  private final S3Client client;
  private final Records records;

  /**
   * What was read or written last, or null: a guess for the next write, which the store checks
   * anyway.
   */
  private StoredRecord last;

  private Adopted adopted;

  /** A job, and the last revision it is known to have had. */
  record Adopted(String jobId, int revision) {}

  /** Makes the client; the store is asked later. */
  public S3Ownership(Settings settings) {
    this.path = CheckpointPath.parse(settings.runtime().checkpoint().path());
    this.endpoint = settings.runtime().s3().endpoint();
    this.client = StoreClient.of(settings.runtime().s3());
    this.records = new Records(client);
  }

  /**
   * Before a path is taken: whether its store can be relied on.
   *
   * @throws Trouble {@code StoreUnfit}, or what keeps the store from answering
   */
  public void requireConditionalWrites() {
    ConditionalWrites.require(client, path, endpoint);
  }

  private <T> T asking(Supplier<T> question) {
    try {
      return question.get();
    } catch (SdkException e) {
      throw StoreTrouble.of(e, path, endpoint);
    } catch (UncheckedIOException e) {
      throw StoreTrouble.of(e);
    }
  }

  private StoredRecord refresh() {
    last = asking(() -> records.get(path)).orElse(null);
    return last;
  }

  @Override
  public synchronized Optional<OwnerRecord> read() {
    return Optional.ofNullable(refresh()).map(StoredRecord::record);
  }

  @Override
  public synchronized Optional<OwnerRecord> check(Settings settings) {
    Optional<OwnerRecord> record = read();
    require(settings);
    return record;
  }

  /**
   * A path with a record of ours was looked at when it was taken; others have to look before they
   * come near it.
   */
  private void require(Settings settings) {
    if (last != null) {
      Claims.require(last.record(), settings, path);
      return;
    }
    asking(
        () -> {
          new Neighbours(records, path).requireFree(adopted != null);
          return null;
        });
  }

  @Override
  public synchronized void adopt(String jobId, int revision) {
    adopted = new Adopted(jobId, revision);
  }

  @Override
  public synchronized OwnerRecord takeEpoch(Settings settings, long atLeast) {
    if (last == null) {
      refresh();
    }
    for (int i = 0; i < TRIES; i++) {
      require(settings);
      StoredRecord before = last;
      OwnerRecord next =
          before == null
              ? Claims.first(settings, atLeast, adopted == null ? fresh() : adopted)
              : Claims.next(before.record(), settings, atLeast);
      try {
        last = records.put(path, next, before);
        if (before == null) {
          requireStillFree();
        }
        return next;
      } catch (SdkException e) {
        if (!StoreTrouble.isConflict(e)) {
          last = null;
          throw StoreTrouble.of(e, path, endpoint);
        }
        LOG.info(
            "the owner record of {} changed while an epoch was being taken; reading it again",
            path);
        pause();
        refresh();
      } catch (UncheckedIOException e) {
        throw StoreTrouble.of(e);
      }
    }
    throw new Trouble(
        Reason.StoreUnavailable,
        "the owner record of " + path + " changes all the time; other runs want its epoch too");
  }

  /**
   * Two jobs may take a path and one inside it at the same moment. Each looks once more after it
   * wrote, so at least one of them sees the other and goes away again.
   */
  private void requireStillFree() {
    try {
      new Neighbours(records, path).requireFree(adopted != null);
    } catch (Trouble e) {
      records.delete(path);
      last = null;
      throw e;
    }
  }

  @Override
  public synchronized void requireLedger(boolean present, String sink) {
    Claims.requireLedger(last == null ? null : last.record(), present, sink, path);
  }

  @Override
  public synchronized OwnerRecord ledgerOpened() {
    return note(last.record().withLedger());
  }

  @Override
  public synchronized OwnerRecord stateBegun(int revision) {
    return note(last.record().withState(revision));
  }

  @Override
  public synchronized boolean putBack() {
    StoredRecord mine = last;
    if (mine == null || asking(() -> records.get(path)).isPresent()) {
      return false;
    }
    try {
      last = asking(() -> records.put(path, mine.record(), null));
      return true;
    } catch (Trouble e) {
      return false; // somebody was quicker, or the store is away: there is a next time
    }
  }

  private OwnerRecord note(OwnerRecord changed) {
    try {
      last = records.put(path, changed, last);
      return last.record();
    } catch (SdkException e) {
      if (StoreTrouble.isConflict(e)) {
        throw new Trouble(
            Reason.Fenced,
            "a later run took the next epoch of " + path + " while this one began",
            e);
      }
      throw StoreTrouble.of(e, path, endpoint);
    }
  }

  private static Adopted fresh() {
    return new Adopted(UUID.randomUUID().toString().replace("-", ""), 0);
  }

  private static void pause() {
    try {
      Thread.sleep(ThreadLocalRandom.current().nextInt(LONGEST_PAUSE_MILLIS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Trouble(Reason.StoreUnavailable, "interrupted while taking an epoch", e);
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
