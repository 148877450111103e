package dev.tidemark.backup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.backup.checkpoint.Checkpoint;
import dev.tidemark.backup.checkpoint.Snapshot;
import dev.tidemark.backup.real.FaultyProxy;
import dev.tidemark.backup.real.FaultyProxy.Fault;
import dev.tidemark.backup.real.RealMinio;
import dev.tidemark.backup.repository.Creator;
import dev.tidemark.backup.repository.Creator.Request;
import dev.tidemark.backup.repository.Manifest;
import dev.tidemark.backup.repository.Manifest.Mode;
import dev.tidemark.backup.repository.Manifest.Stored;
import dev.tidemark.backup.repository.Progress;
import dev.tidemark.backup.repository.Pruner;
import dev.tidemark.backup.repository.Repository;
import dev.tidemark.backup.repository.Retention;
import dev.tidemark.backup.repository.Sweeper;
import dev.tidemark.backup.repository.Verification;
import dev.tidemark.backup.repository.Verification.Level;
import dev.tidemark.backup.repository.Verifier;
import dev.tidemark.backup.restore.Restorer;
import dev.tidemark.backup.store.Location;
import dev.tidemark.backup.store.ObjectStore;
import dev.tidemark.backup.store.ObjectStore.Listed;
import dev.tidemark.backup.store.S3Store;
import dev.tidemark.backup.store.StoreOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/**
 * What comes between the program and its store, at any of its requests: no backup that is not whole
 * counts as good, none that is good is lost, a checkpoint is always one of the two it can be, and
 * nothing stays that no backup needs. {@code -Dfaults.seed=N} replays a run, {@code
 * -Dfaults.runs=N} sets how many there are.
 */
@EnabledIf("hasMinio")
@Timeout(1200)
class FaultsTest {
  private static final Retention NEWEST = new Retention(1, 0, 0, 0, null, 1, ZoneOffset.UTC);
  private static final List<Fault> FAULTS = List.of(Fault.values());
  private static final int STEPS = 56; // as many as there are when nothing happens

  @TempDir private Path credentials;

  static boolean hasMinio() {
    return RealMinio.endpoint().isPresent();
  }

  @Test
  void whateverHappensOnTheWay() throws IOException {
    Files.writeString(credentials.resolve("AWS_ACCESS_KEY_ID"), RealMinio.USER);
    Files.writeString(credentials.resolve("AWS_SECRET_ACCESS_KEY"), RealMinio.PASSWORD);
    long seed = Long.getLong("faults.seed", System.currentTimeMillis());
    int runs = Integer.getInteger("faults.runs", 27);
    System.out.println("-Dfaults.seed=" + seed);
    Random random = new Random(seed);
    int told = 0;
    try (FaultyProxy proxy = new FaultyProxy(RealMinio.endpoint().orElseThrow())) {
      for (int run = 0; run < runs; run++) {
        Fault fault = FAULTS.get(run % FAULTS.size());
        int step = random.nextInt(STEPS);
        int times = 1 + random.nextInt(6); // the SDK itself tries four times
        try {
          Run played = new Run(proxy, random);
          played.play(fault, step, times);
          told += played.told.size();
        } catch (AssertionError | RuntimeException e) {
          throw new AssertionError(
              "-Dfaults.seed=%d, run %d: %s of %d requests after %d"
                  .formatted(seed, run, fault, times, step),
              e);
        }
      }
    }
    assertThat(told).as("times that something was refused or failed").isPositive();
  }

  private StoreOptions at(String endpoint) {
    return new StoreOptions(endpoint, null, true, credentials, null);
  }

  /** A job with a good backup; another one, a look, a prune and a restore meet the fault. */
  private final class Run {
    private final FaultyProxy proxy;
    private final Mode mode;
    private final String id = UUID.randomUUID().toString();
    private final Location path = new Location("streams", id);
    private final Location place = new Location("backups", id);
    private final Clock clock = Clock.systemUTC();
    private final ObjectStore streams;
    private final ObjectStore backups;
    private final Job job;
    private final Repository repository;
    private final List<Exception> told = new ArrayList<>();

    Run(FaultyProxy proxy, Random random) {
      this.proxy = proxy;
      mode = random.nextInt(4) == 0 ? Mode.Full : Mode.Incremental;
      StoreOptions direct = at(RealMinio.endpoint().orElseThrow());
      streams = new S3Store(direct, "streams");
      backups = new S3Store(direct, "backups");
      job = new Job(streams, path, id);
      repository = new Repository(backups, place);
    }

    void play(Fault fault, int step, int times) {
      job.checkpointState();
      create(job.checkpoint(), repository, "one");
      new Verifier(repository, clock).verify("one", Level.Checksum);
      long first = job.batch();
      job.checkpointState();

      proxy.strike(fault, step, times);
      try (S3Store here = new S3Store(at(proxy.endpoint()), "streams");
          S3Store there = new S3Store(at(proxy.endpoint()), "backups")) {
        Checkpoint checkpoint = new Checkpoint(here, path);
        Repository far = new Repository(there, place);
        attempt(() -> create(checkpoint, far, "two"));
        attempt(() -> new Verifier(far, clock).verify("two", Level.Checksum));
        attempt(() -> new Pruner(far, clock).prune(NEWEST, Duration.ZERO, 10, false));
        attempt(
            () ->
                new Restorer(far, checkpoint, Progress.NONE)
                    .restore(far.newestGood(null).orElseThrow().name(), "please", Instant.EPOCH));
      }
      goodIsGood();
      theCheckpointIsOneOfTwo(first);
      nothingElseStays();
      streams.close();
      backups.close();
    }

    private void create(Checkpoint from, Repository to, String name) {
      new Creator(from, to, clock, Progress.NONE).create(Request.of(name, mode));
    }

    /** It may be refused, in words; anything else is a mistake. */
    private void attempt(Runnable part) {
      try {
        part.run();
      } catch (BackupException | ObjectStore.Changed e) {
        told.add(e);
        assertThat(e.getMessage()).as("says of what").contains(id);
      }
    }

    private void goodIsGood() {
      assertThat(repository.newestGood(null)).as("a good one stays; told: " + told).isPresent();
      for (String name : repository.names()) {
        boolean good = repository.verification(name).map(Verification::good).orElse(false);
        if (good) {
          Manifest manifest = repository.read(name);
          manifest.objects().forEach(object -> holds(manifest, object));
        }
      }
    }

    private void holds(Manifest manifest, Stored object) {
      byte[] bytes = backups.read(repository.key(object.key())).orElseThrow().bytes();
      if (object.path().startsWith("part-")) {
        int part = Integer.parseInt(object.path().substring("part-".length()));
        long batch = manifest.state().path("batch").asLong();
        assertThat(bytes).as(object.key()).isEqualTo(Job.content(batch, part));
      }
    }

    private void theCheckpointIsOneOfTwo(long first) {
      Snapshot newest = job.checkpoint().newest();
      long batch = newest.state().path("batch").asLong();
      assertThat(batch).isIn(first, job.batch());
      for (int part = 0; part < 2; part++) {
        String key = path.key(newest.directory() + "/part-0000" + part);
        assertThat(streams.read(key).orElseThrow().bytes()).isEqualTo(Job.content(batch, part));
      }
    }

    private void nothingElseStays() {
      // those that have died are known to have, after two days
      List<Listed> marks = backups.list(place.key("running/"));
      backups.delete(marks.stream().map(Listed::key).toList());
      new Sweeper(repository).sweep(Duration.ZERO, false);
      new Sweeper(repository).sweep(Duration.ZERO, false);
      List<String> named = new ArrayList<>();
      for (String name : repository.names()) {
        Manifest manifest = repository.read(name);
        manifest.objects().forEach(object -> named.add(repository.key(object.key())));
        if (manifest.mode() == Mode.Full) {
          backups.list(place.key("full/" + name + "/")).forEach(o -> named.add(o.key()));
        }
      }
      for (String folder : List.of("objects/", "full/")) {
        assertThat(backups.list(place.key(folder)).stream().map(Listed::key))
            .as("what stays")
            .isSubsetOf(named);
      }
    }
  }
}
