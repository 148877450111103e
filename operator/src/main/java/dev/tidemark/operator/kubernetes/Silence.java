package dev.tidemark.operator.kubernetes;

import dev.tidemark.crds.StreamingJob;
import io.javaoperatorsdk.operator.processing.event.Event;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.AbstractEventSource;
import io.javaoperatorsdk.operator.processing.event.source.ResourceEventAware;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Wakes a job of whose driver nothing was heard for too long. A later commit puts that off without
 * anybody looking at the job, which is what happens all the time to jobs that are well.
 */
final class Silence extends AbstractEventSource<Void, StreamingJob>
    implements ResourceEventAware<StreamingJob> {

  /** Since when the driver has been silent, as far as is known, and how long it may be. */
  private record Awaited(Instant heard, Duration patience, Future<?> alarm) {
    Instant until() {
      return heard.plus(patience);
    }
  }

  private final Clock clock;
  private final Map<ResourceID, Awaited> jobs = new ConcurrentHashMap<>();
  private final ScheduledThreadPoolExecutor alarms;

  Silence(Clock clock) {
    super(Void.class, "silence");
    this.clock = clock;
    this.alarms = new ScheduledThreadPoolExecutor(1, Silence::daemon);
    alarms.setRemoveOnCancelPolicy(true);
  }

  /** The job is woken unless it commits so long after its commit at {@code from}, and so on. */
  void await(ResourceID job, Instant from, Instant until) {
    Duration patience = Duration.between(from, until);
    jobs.compute(
        job,
        (id, before) -> {
          cancel(before);
          return new Awaited(from, patience, alarm(id, until));
        });
  }

  /** The driver has committed; the alarm finds out when it goes off. */
  void heard(ResourceID job, Instant commit) {
    jobs.computeIfPresent(
        job, (id, awaited) -> new Awaited(commit, awaited.patience(), awaited.alarm()));
  }

  /** It is not waited for any more. */
  void forget(ResourceID job) {
    cancel(jobs.remove(job));
  }

  /**
   * The job is woken outside of the map's lock, which others may want who hold that of the events.
   */
  private void look(ResourceID job) {
    Awaited still =
        jobs.computeIfPresent(
            job,
            (id, awaited) ->
                awaited.until().isAfter(clock.instant())
                    ? new Awaited(awaited.heard(), awaited.patience(), alarm(id, awaited.until()))
                    : null);
    if (still == null) {
      getEventHandler().handleEvent(new Event(job));
    }
  }

  /** At a whole second, so that the alarms of many jobs go off together. */
  private Future<?> alarm(ResourceID job, Instant until) {
    Instant at = until.truncatedTo(ChronoUnit.SECONDS).plusSeconds(1);
    long millis = Math.max(1, Duration.between(clock.instant(), at).toMillis());
    return alarms.schedule(() -> look(job), millis, TimeUnit.MILLISECONDS);
  }

  private static void cancel(Awaited awaited) {
    if (awaited != null) {
      awaited.alarm().cancel(false);
    }
  }

  @Override
  public Set<Void> getSecondaryResources(StreamingJob job) {
    return Set.of();
  }

  @Override
  public void onResourceDeleted(StreamingJob job) {
    forget(ResourceID.fromResource(job));
  }

  @Override
  public void stop() {
    alarms.shutdownNow();
    super.stop();
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "silence");
    thread.setDaemon(true);
    return thread;
  }
}
