package dev.tidemark.job.progress;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Lease as a lock, for a program that no ledger fences: whoever holds it may run. A driver that
 * cannot renew it ends within {@link #DEADLINE}, and another one takes it once it has seen it
 * unchanged for {@link #DURATION}: by its own clock, since those of two nodes may differ. The next
 * JVM of the same pod need not wait, since its supervisor has seen the former one end.
 */
public final class LeaseHold {
  private static final Logger LOG = LoggerFactory.getLogger(LeaseHold.class);

  /** A Lease that nobody has renewed for so long may be taken. */
  public static final Duration DURATION = Duration.ofSeconds(30);

  /** A holder that could not renew for so long has ended. */
  public static final Duration DEADLINE = Duration.ofSeconds(20);

  private static final long LOOK_MILLIS = 200;
  private static final JsonMapper JSON = new JsonMapper();

  private final LeaseObject lease;
  private final String holder;
  private final LongSupplier nanos;
  private final Consumer<Trouble> lost;
  private final boolean watched;

  private String seen;
  private long seenAt;
  private volatile long renewedAt;
  private volatile State state = State.WAITING;

  private enum State {
    WAITING,
    HELD,
    OVER
  }

  /**
   * A lock that is not held yet.
   *
   * @param holder the pod
   * @param lost ends this JVM at once; called in a thread of its own, or in that which renews
   */
  public LeaseHold(JobLease lease, String holder, Consumer<Trouble> lost) {
    this(lease, holder, System::nanoTime, lost, true);
  }

  /** One whose deadline somebody else {@link #check}s. */
  LeaseHold(LeaseObject lease, String holder, LongSupplier nanos, Consumer<Trouble> lost) {
    this(lease, holder, nanos, lost, false);
  }

  private LeaseHold(
      LeaseObject lease,
      String holder,
      LongSupplier nanos,
      Consumer<Trouble> lost,
      boolean watched) {
    this.watched = watched;
    this.lease = lease;
    this.holder = holder;
    this.nanos = nanos;
    this.lost = lost;
  }

  /**
   * Takes it, or looks whether it can be taken.
   *
   * @throws Trouble {@code LeaseUnavailable}: another holder may still be alive, or the Lease
   *     cannot be read; to be tried again
   */
  public void take() throws InterruptedException {
    try {
      long asked = nanos.getAsLong();
      JsonNode now = JSON.readTree(lease.get());
      String of = of(now);
      if (!of.isEmpty() && !of.equals(holder) && !abandoned(now)) {
        throw new Trouble(
            Reason.LeaseUnavailable,
            "the driver "
                + of
                + " holds the Lease "
                + lease
                + " and may still be running. It is taken once it was not renewed for "
                + DURATION.toSeconds()
                + " s; nothing needs to be done");
      }
      lease.merge(claimed(JSON.createObjectNode(), now).toString());
      renewedAt = asked;
    } catch (IOException e) {
      throw new Trouble(
          Reason.LeaseUnavailable,
          "the Lease "
              + lease
              + " cannot be taken, and without it nobody knows whether another driver runs: "
              + e.getMessage(),
          e);
    }
    if (state != State.HELD) {
      state = State.HELD;
      if (watched) {
        watch();
      }
    }
  }

  private boolean abandoned(JsonNode now) {
    String state = now.path("spec").toString();
    long time = nanos.getAsLong();
    if (!state.equals(seen)) {
      seen = state;
      seenAt = time;
    }
    return time - seenAt >= DURATION.toNanos();
  }

  private static String of(JsonNode lease) {
    return lease.path("spec").path("holderIdentity").asText("");
  }

  private ObjectNode claimed(ObjectNode change, JsonNode now) {
    change
        .withObject("/metadata")
        .put("resourceVersion", now.path("metadata").path("resourceVersion").asText());
    change
        .withObject("/spec")
        .put("holderIdentity", holder)
        .put("leaseDurationSeconds", DURATION.toSeconds())
        .put("renewTime", LeaseReporter.MICRO_TIME.format(Instant.now()));
    return change;
  }

  /**
   * Writes a change of the Lease and renews it, if it is still this driver's. One that waits for it
   * says no more than that: the lock is not taken in passing.
   */
  void renew(String change) throws IOException, InterruptedException {
    if (state == State.WAITING) {
      ObjectNode report = (ObjectNode) JSON.readTree(change);
      report.remove("spec");
      lease.merge(report.toString());
    }
    if (state != State.HELD) {
      return;
    }
    long asked = nanos.getAsLong();
    JsonNode now = JSON.readTree(lease.get());
    String of = of(now);
    if (!of.isEmpty() && !of.equals(holder)) {
      end("the driver " + of + " has taken the Lease " + lease);
      return;
    }
    lease.merge(claimed((ObjectNode) JSON.readTree(change), now).toString());
    renewedAt = asked;
  }

  /** Ends the JVM if it has not renewed in time. */
  void check() {
    if (state == State.HELD && nanos.getAsLong() - renewedAt > DEADLINE.toNanos()) {
      end(
          "the Lease "
              + lease
              + " could not be renewed for "
              + DEADLINE.toSeconds()
              + " s, so another driver may begin soon");
    }
  }

  private void end(String why) {
    state = State.OVER;
    lost.accept(
        new Trouble(
            Reason.LeaseLost,
            why
                + ". This program has no ledger that would refuse what two drivers write, so this one has ended at"
                + " once; it goes on when it has the Lease again"));
  }

  private void watch() {
    Thread thread =
        new Thread(
            () -> {
              try {
                while (state == State.HELD) {
                  check();
                  Thread.sleep(LOOK_MILLIS);
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "lease-deadline");
    thread.setDaemon(true);
    thread.start();
  }

  /** Gives it up, when nothing of the program runs any more: the next driver need not wait. */
  public void release() {
    if (state != State.HELD) {
      return;
    }
    state = State.OVER;
    try {
      JsonNode now = JSON.readTree(lease.get());
      if (of(now).equals(holder)) {
        ObjectNode change = claimed(JSON.createObjectNode(), now);
        change.withObject("/spec").putNull("holderIdentity");
        lease.merge(change.toString());
      }
    } catch (IOException e) {
      LOG.warn(
          "the Lease {} could not be given up; the next driver waits {} s: {}",
          lease,
          DURATION.toSeconds(),
          e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
