package dev.tidemark.backup.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.tidemark.backup.BackupException;
import dev.tidemark.backup.Job;
import dev.tidemark.backup.MemoryStore;
import dev.tidemark.backup.repository.Creator.Request;
import dev.tidemark.backup.repository.Manifest.Mode;
import dev.tidemark.backup.repository.Manifest.Stored;
import dev.tidemark.backup.store.Location;
import dev.tidemark.backup.store.ObjectStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

/**
 * Random histories: a job that checkpoints, backups and prunes that run into each other at every
 * request and die at any of them. Whatever happens, a backup that has a manifest is whole, and two
 * quiet passes leave nothing that no backup names.
 */
class HistoryTest {
  private static final int HISTORIES = 600;
  private static final Retention NEWEST = new Retention(1, 0, 0, 0, null, 1, ZoneOffset.UTC);

  /** Thrown where a program dies. */
  private static final class Died extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  @Test
  void whatHasAManifestIsWholeAndNothingElseStays() throws InterruptedException {
    long seed = Long.getLong("seed", System.nanoTime());
    SplittableRandom seeds = new SplittableRandom(seed);
    long made = 0;
    for (int i = 0; i < HISTORIES; i++) {
      long own = seeds.nextLong();
      try {
        History history = new History(own);
        history.run();
        made += history.made;
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("history %d of seed %d (own %d)".formatted(i, seed, own), e);
      }
    }
    assertThat(made).as("backups made").isGreaterThan(3 * HISTORIES);
  }

  /** An object is listed, and needed again by a backup that is made in the middle of the sweep. */
  @Test
  void aBackupAtAnyRequestOfASweepIsWhole() {
    boolean more = true;
    for (int request = 1; more; request++) {
      History history = new History(request);
      history.backup("forgotten", Mode.Incremental);
      history.repository.forget(List.of("forgotten"));
      history.quietSweep(); // lists its objects
      history.store.pass(Duration.ofDays(1));
      more =
          history.interrupted(
              () -> new Sweeper(history.repository).sweep(Duration.ZERO, false),
              request,
              () -> history.backup("needs-them-again", Mode.Incremental));
      history.endsWhole();
    }
  }

  /**
   * The backup that an unchanged one is like is forgotten at any of its requests, and swept away; a
   * list of what no backup names may have been written at any request of that one, too.
   */
  @Test
  void anUnchangedBackupIsWholeWhateverIsSweptMeanwhile() {
    boolean more = true;
    for (int listed = 1; more; listed++) {
      boolean further = true;
      for (int forgotten = 1; further; forgotten++) {
        History history = new History(listed);
        Sweeper sweeper = new Sweeper(history.repository);
        more =
            history.interrupted(
                () -> history.create("before", Mode.Incremental),
                listed,
                () -> sweeper.sweep(Duration.ZERO, false));
        history.store.pass(Duration.ofDays(1));
        further =
            history.interrupted(
                () -> history.create("unchanged", Mode.Incremental),
                forgotten,
                () -> {
                  history.repository.forget(List.of("before"));
                  sweeper.sweep(Duration.ZERO, false);
                  sweeper.sweep(Duration.ZERO, false);
                });
        history.endsWhole();
      }
    }
  }

  private static final class History {
    private final SplittableRandom random;
    private final MemoryStore store = new MemoryStore();
    private final Job job;
    private final Repository repository =
        new Repository(store, Location.parse("s3a://backups/kept"));
    private final Clock clock =
        new Clock() {
          @Override
          public ZoneId getZone() {
            return ZoneOffset.UTC;
          }

          @Override
          public Clock withZone(ZoneId zone) {
            return this;
          }

          @Override
          public Instant instant() {
            return store.now();
          }
        };
    private final List<Actor> actors = new ArrayList<>();
    private int backups;
    private int made;

    History(long seed) {
      random = new SplittableRandom(seed);
      job = new Job(store, Location.parse("s3a://streams/totals"), "job");
      job.checkpointState();
    }

    void run() throws InterruptedException {
      int steps = 100 + random.nextInt(300);
      for (int i = 0; i < steps; i++) {
        if (actors.size() < 4 && random.nextInt(4) == 0) {
          actors.add(begin());
        } else if (!actors.isEmpty() && random.nextInt(10) > 0) {
          Actor actor = actors.get(random.nextInt(actors.size()));
          actor.go(random.nextInt(40) == 0);
          if (actor.over) {
            actors.remove(actor);
          }
        } else if (random.nextInt(4) == 0) {
          job.checkpointState();
        }
        store.pass(Duration.ofSeconds(random.nextInt(random.nextInt(5) == 0 ? 2_000 : 5)));
        allAreWhole();
      }
      for (Actor actor : actors) {
        while (!actor.over) {
          actor.go(false);
        }
      }
      allAreWhole();
      quietSweep();
      quietSweep();
      nothingElseStays();
    }

    private Actor begin() {
      boolean full = random.nextInt(4) == 0;
      return switch (random.nextInt(3)) {
        case 0 ->
            new Actor(
                () ->
                    new Pruner(repository, clock).prune(NEWEST, grace(), Integer.MAX_VALUE, false));
        case 1 -> new Actor(() -> new Sweeper(repository).sweep(grace(), false));
        default -> {
          String name = "b" + backups++;
          yield new Actor(
              () -> {
                backup(name, full ? Mode.Full : Mode.Incremental);
                made++;
              });
        }
      };
    }

    private void create(String name, Mode mode) {
      new Creator(job.checkpoint(), repository, clock, Progress.NONE)
          .create(Request.of(name, mode));
    }

    private void backup(String name, Mode mode) {
      create(name, mode);
      new Verifier(repository, clock).verify(name, Verification.Level.Presence);
    }

    /** Something else is done before one of the requests; false: there are fewer. */
    private boolean interrupted(Runnable requests, int request, Runnable what) {
      int[] countdown = {request};
      store.before(
          () -> {
            if (--countdown[0] == 0) {
              what.run();
            }
          });
      requests.run();
      store.before(() -> {});
      return countdown[0] <= 0;
    }

    private void endsWhole() {
      allAreWhole();
      quietSweep();
      quietSweep();
      allAreWhole();
      nothingElseStays();
    }

    private Duration grace() {
      return Duration.ofSeconds(random.nextInt(2) * 600L);
    }

    private void allAreWhole() {
      for (String name : repository.names()) {
        Manifest manifest = repository.read(name);
        long batch = manifest.state().path("batch").asLong();
        assertThat(manifest.objects()).as("objects of " + name).hasSize(3);
        for (Stored object : manifest.objects()) {
          ObjectStore.Content content =
              store
                  .read(repository.key(object.key()))
                  .orElseGet(() -> fail(name + " has lost " + object.key()));
          if (object.path().startsWith("part-")) {
            int part = Integer.parseInt(object.path().substring("part-".length()));
            assertThat(content.bytes()).as(object.key()).isEqualTo(Job.content(batch, part));
          }
        }
      }
    }

    private void quietSweep() {
      store.pass(Sweeper.LONGEST_RUN.multipliedBy(3)); // those that have died are known to have
      new Sweeper(repository).sweep(Duration.ZERO, false);
    }

    private void nothingElseStays() {
      List<String> named = new ArrayList<>();
      for (String name : repository.names()) {
        Manifest manifest = repository.read(name);
        manifest.objects().forEach(object -> named.add(repository.key(object.key())));
        if (manifest.mode() == Mode.Full) {
          store.list(repository.key(manifest.folder())).forEach(object -> named.add(object.key()));
        }
      }
      for (String folder : List.of(Repository.OBJECTS, Repository.FULL)) {
        store
            .list(repository.key(folder))
            .forEach(object -> assertThat(named).as("what stays").contains(object.key()));
      }
      assertThat(store.list(repository.key(Repository.CONDEMNED))).isEmpty();
      assertThat(store.list(repository.key(Repository.RUNNING))).isEmpty();
    }

    /** A program that makes one request whenever it is let. */
    private final class Actor {
      private final Semaphore turn = new Semaphore(0);
      private final Semaphore done = new Semaphore(0);
      private final Thread thread;
      private volatile boolean dies;
      private volatile boolean over;
      private volatile Throwable failure;

      Actor(Runnable program) {
        thread =
            new Thread(
                () -> {
                  turn.acquireUninterruptibly();
                  try {
                    program.run();
                  } catch (Died | BackupException e) {
                    // what a program that has died, or was refused, leaves behind is the point
                  } catch (Throwable e) {
                    failure = e;
                  }
                  over = true;
                  done.release();
                });
        thread.setDaemon(true);
        thread.start();
      }

      /** One request; the program dies instead of making it, if told so. */
      void go(boolean die) throws InterruptedException {
        dies = die;
        store.before(
            () -> {
              if (Thread.currentThread() != thread) {
                return;
              }
              done.release();
              turn.acquireUninterruptibly();
              if (dies) {
                throw new Died();
              }
            });
        turn.release();
        done.acquire();
        store.before(() -> {});
        if (failure != null) {
          throw new AssertionError("a program failed", failure);
        }
      }
    }
  }
}
