package dev.tidemark.backup;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.backup.BackupException.Reason;
import dev.tidemark.backup.checkpoint.Checkpoint;
import dev.tidemark.backup.checkpoint.Snapshot;
import dev.tidemark.backup.real.RealMinio;
import dev.tidemark.backup.repository.Creator;
import dev.tidemark.backup.repository.Creator.Created;
import dev.tidemark.backup.repository.Creator.Request;
import dev.tidemark.backup.repository.Manifest.Mode;
import dev.tidemark.backup.repository.Manifest.Stored;
import dev.tidemark.backup.repository.Progress;
import dev.tidemark.backup.repository.Repository;
import dev.tidemark.backup.repository.Verification;
import dev.tidemark.backup.repository.Verification.Drill;
import dev.tidemark.backup.repository.Verification.Level;
import dev.tidemark.backup.repository.Verifier;
import dev.tidemark.backup.restore.Clone;
import dev.tidemark.backup.restore.Exporter;
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
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** Backups on real MinIO servers: beside the checkpoint, and on another server. */
@EnabledIf("hasMinio")
class MinioTest {
  private final String id = UUID.randomUUID().toString();
  private final Location path = new Location("streams", id);
  private StoreOptions options;
  private ObjectStore streams;
  private ObjectStore backups;
  private Job job;
  private Repository repository;
  @TempDir private Path credentials;

  static boolean hasMinio() {
    return RealMinio.endpoint().isPresent();
  }

  @BeforeEach
  void aJobWithState() throws IOException {
    Files.writeString(credentials.resolve("AWS_ACCESS_KEY_ID"), RealMinio.USER + "\n");
    Files.writeString(credentials.resolve("AWS_SECRET_ACCESS_KEY"), RealMinio.PASSWORD + "\n");
    options = at(RealMinio.endpoint().orElseThrow());
    streams = new S3Store(options, "streams");
    backups = new S3Store(options, "backups");
    job = new Job(streams, path, id);
    job.checkpointState();
    repository = new Repository(backups, new Location("backups", id));
  }

  private StoreOptions at(String endpoint) {
    return new StoreOptions(endpoint, null, true, credentials, null);
  }

  private Created create(Repository to, String name, Mode mode) {
    return new Creator(job.checkpoint(), to, Clock.systemUTC(), Progress.NONE)
        .create(Request.of(name, mode));
  }

  private Verification verify(Repository of, String name, Level level) {
    return new Verifier(of, Clock.systemUTC()).verify(name, level);
  }

  @Test
  void whatIsUnchangedIsStoredOnce() {
    Created one = create(repository, "one", Mode.Incremental);
    assertThat(one.copied()).isEqualTo(3);
    assertThat(one.manifest()).as("with its digest").isEqualTo(repository.read("one"));
    assertThat(create(repository, "two", Mode.Incremental).copied()).isZero();
    job.checkpointState();
    assertThat(create(repository, "three", Mode.Incremental).copied()).isEqualTo(3);
    for (String name : repository.names()) {
      Verification seen = verify(repository, name, Level.Checksum);
      assertThat(seen.faults()).as(name).isEmpty();
      assertThat(repository.verification(name)).contains(seen);
    }
    List<Stored> twice = repository.read("two").objects();
    assertThat(twice).isEqualTo(repository.read("one").objects());
  }

  @Test
  void aBackupIsPutBackAsTheNewestCheckpointOfAnEpochOfItsOwn() {
    create(repository, "one", Mode.Incremental);
    long batch = job.batch();
    job.checkpointState();
    restoreAndLook(repository, "one", batch);
  }

  @Test
  void theStoreIsGoneAndAnotherOneHasTheBackup() {
    S3Store other = new S3Store(at(RealMinio.another().orElseThrow()), "backups");
    Repository far = new Repository(other, new Location("backups", "totals"));
    create(far, "one", Mode.Incremental);
    assertThat(verify(far, "one", Level.Checksum).faults()).isEmpty();
    streams.delete(streams.list(id).stream().map(Listed::key).toList());
    assertThatThrownBy(() -> job.checkpoint().newest())
        .isInstanceOfSatisfying(
            BackupException.class, e -> assertThat(e.reason()).isEqualTo(Reason.NothingToBackUp));
    restoreAndLook(far, "one", job.batch());
  }

  @Test
  void anEncryptedStoreIsTrustedByTheAuthorityOneNames() {
    RealMinio.Secured secured = RealMinio.secured().orElseThrow();
    StoreOptions trusting =
        new StoreOptions(secured.endpoint(), null, true, credentials, secured.authority());
    Repository far =
        new Repository(new S3Store(trusting, "backups"), new Location("backups", "totals"));
    create(far, "one", Mode.Incremental);
    assertThat(verify(far, "one", Level.Checksum).faults()).isEmpty();

    StoreOptions careless = at(secured.endpoint());
    assertThatThrownBy(
            () ->
                new Repository(new S3Store(careless, "backups"), new Location("backups", "totals"))
                    .names())
        .isInstanceOfSatisfying(
            BackupException.class, e -> assertThat(e.reason()).isEqualTo(Reason.StoreUnavailable));
  }

  private void restoreAndLook(Repository from, String name, long batch) {
    Restorer restorer = new Restorer(from, job.checkpoint(), Progress.NONE);
    assertThat(restorer.restore(name, "please", Instant.EPOCH).epoch()).isEqualTo(2);
    assertThat(restorer.restore(name, "please", Instant.EPOCH).already())
        .as("asked again")
        .isTrue();
    Snapshot newest = job.checkpoint().newest();
    assertThat(newest.state().path("batch").asLong()).isEqualTo(batch);
    assertThat(newest.directory()).isEqualTo("r000001/e0000000002/restored");
    for (int part = 0; part < 2; part++) {
      String key = path.key(newest.directory() + "/part-0000" + part);
      assertThat(streams.read(key).orElseThrow().bytes()).isEqualTo(Job.content(batch, part));
    }
    ObjectNode owner = job.checkpoint().owner().orElseThrow().record();
    assertThat(owner.path("lastEpoch").asLong()).isEqualTo(2);
    assertThat(owner.path("floorEpoch").asLong()).isEqualTo(2);
    assertThat(owner.path("lastRestoreId").asText()).isEqualTo("please");
  }

  @Test
  void anotherJobBeginsWithABackup() {
    create(repository, "one", Mode.Incremental);
    Checkpoint empty = new Checkpoint(streams, new Location("streams", id + "-clone"));
    Restorer restorer = new Restorer(repository, empty, Progress.NONE);
    Clone clone = new Clone("c", "shop", "clone");
    assertThat(restorer.restore("one", "please", Instant.EPOCH, clone).epoch()).isEqualTo(1);
    assertThat(restorer.restore("one", "please", Instant.EPOCH, clone).already()).isTrue();
    ObjectNode owner = empty.owner().orElseThrow().record();
    assertThat(owner.path("name").asText()).isEqualTo("clone");
    assertThat(owner.path("jobId").asText()).isNotEqualTo(id);
    assertThat(owner.path("clonedFrom").path("jobId").asText()).isEqualTo(id);
    assertThat(owner.path("stateRevision").asInt()).isEqualTo(1);
    assertThat(empty.newest().state().path("batch").asLong()).isEqualTo(job.batch());
    assertThatThrownBy(() -> restorer.restore("one", "again", Instant.EPOCH, clone))
        .as("it is a job of its own now")
        .isInstanceOfSatisfying(
            BackupException.class, e -> assertThat(e.reason()).isEqualTo(Reason.ForeignBackup));
  }

  @Test
  void aCloneThatWasBrokenOffIsMadeWhole() {
    create(repository, "one", Mode.Incremental);
    Checkpoint empty = new Checkpoint(streams, new Location("streams", id + "-clone"));
    Clone clone = new Clone("c", "shop", "clone");
    empty.write(clone.record(empty), null);
    streams.put(empty.path().key("r000001/e0000000001/restored/part-00000"), new byte[] {1});
    Restorer restorer = new Restorer(repository, empty, Progress.NONE);
    assertThat(restorer.restore("one", "another", Instant.EPOCH, clone).already()).isFalse();
    assertThat(empty.newest().state().path("batch").asLong()).isEqualTo(job.batch());
  }

  @Test
  void aPathWhereSomethingLiesIsNotForAClone() {
    create(repository, "one", Mode.Incremental);
    Location taken = new Location("streams", id + "-clone");
    streams.put(taken.key("somebody/wrote/this"), new byte[] {1});
    Restorer restorer = new Restorer(repository, new Checkpoint(streams, taken), Progress.NONE);
    Clone clone = new Clone("c", "shop", "clone");
    assertThatThrownBy(() -> restorer.restore("one", "please", Instant.EPOCH, clone))
        .isInstanceOfSatisfying(
            BackupException.class, e -> assertThat(e.reason()).isEqualTo(Reason.LocationInUse));
  }

  @Test
  void aFullBackupIsTheCheckpointAsItLay() {
    create(repository, "one", Mode.Full);
    String folder = repository.key("full/one/");
    String manifest = Checkpoint.manifest(1, job.checkpoint().newest().state());
    assertThat(backups.list(folder).stream().map(o -> o.key().substring(folder.length())))
        .contains(Checkpoint.OWNER, manifest)
        .hasSize(5);
    assertThat(verify(repository, "one", Level.Checksum).faults()).isEmpty();
  }

  @Test
  void aBackupIsPutIntoADirectoryAsItLay() throws IOException {
    create(repository, "one", Mode.Incremental);
    Path to = credentials.resolve("exported");
    new Exporter(repository, Progress.NONE).export("one", to);
    Snapshot newest = job.checkpoint().newest();
    String directory = newest.directory();
    assertThat(to.resolve(Checkpoint.manifest(1, newest.state()))).exists();
    assertThat(Files.readAllBytes(to.resolve(directory + "/part-00001")))
        .isEqualTo(Job.content(job.batch(), 1));
    assertThatThrownBy(() -> new Exporter(repository, Progress.NONE).export("one", to))
        .hasMessageContaining("is not empty");
  }

  @Test
  void aDrillIsNotedWithTheLook() {
    create(repository, "one", Mode.Incremental);
    Verifier verifier = new Verifier(repository, Clock.systemUTC());
    Drill read = new Drill(null, 50, 48, null, "3.5.5");
    assertThat(verifier.verify("one", read).good()).isTrue();
    assertThat(repository.verification("one").orElseThrow().level()).isEqualTo(Level.RestoreDrill);
    Drill unread = new Drill("its state cannot be read", 0, 0, null, "3.5.5");
    assertThat(verifier.verify("one", unread).faults())
        .containsExactly("the job's image cannot begin with it: its state cannot be read");
    assertThat(repository.newestGood(null)).isEmpty();
  }

  @Test
  void whatIsBeingCopiedIsHeldMeanwhile() {
    List<String> held = new ArrayList<>();
    Progress looking =
        new Progress() {
          @Override
          public void expect(long objects, long bytes) {
            streams.list(path.key("r000001/held/")).forEach(o -> held.add(o.key()));
          }

          @Override
          public void done(long bytes) {}
        };
    new Creator(job.checkpoint(), repository, Clock.systemUTC(), looking)
        .create(Request.of("one", Mode.Incremental));
    String manifest = "e%010d-%016d.json~one".formatted(1, job.batch());
    assertThat(held).containsExactly(path.key("r000001/held/" + manifest));
    assertThat(streams.list(path.key("r000001/held/"))).isEmpty();
  }

  @Test
  void anAlteredObjectIsFoundAndNeverRestored() {
    Created one = create(repository, "one", Mode.Incremental);
    Stored part = one.manifest().objects().get(1);
    String key = repository.key(part.key());
    backups.put(key, new byte[(int) part.bytes()]);
    assertThat(verify(repository, "one", Level.Presence).faults())
        .singleElement()
        .asString()
        .contains("written again");
    assertThatThrownBy(
            () ->
                new Restorer(repository, job.checkpoint(), Progress.NONE)
                    .restore("one", "x", Instant.EPOCH))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("written again");
    assertThat(job.checkpoint().owner().orElseThrow().record().path("lastEpoch").asLong())
        .as("nothing was changed")
        .isEqualTo(1);
    // The next backup of the same checkpoint copies it again, which heals this one too.
    assertThat(create(repository, "two", Mode.Incremental).copied()).isPositive();
    assertThat(verify(repository, "two", Level.Checksum).faults()).isEmpty();
  }

  /** Content that rots keeps its ETag: only reading it shows that. */
  @Test
  void contentThatIsNotWhatWasCopiedIsFound() {
    Created one = create(repository, "one", Mode.Incremental);
    Stored part = one.manifest().objects().get(1);
    byte[] rotten = new byte[(int) part.bytes()];
    backups.put(repository.key(part.key()), rotten);
    String etag = backups.list(repository.key(part.key())).get(0).etag();
    String key = repository.key("manifests/one.json");
    ObjectNode manifest = Json.MAPPER.valueToTree(repository.read("one"));
    ((ObjectNode) manifest.path("objects").get(1))
        .put("etag", etag)
        .put("sha256", Base64.getEncoder().encodeToString(new byte[32]));
    backups.put(key, Sealed.bytes(manifest));
    assertThat(verify(repository, "one", Level.Presence).good()).isTrue();
    assertThat(verify(repository, "one", Level.Checksum).faults())
        .singleElement()
        .asString()
        .contains("holds something else than was copied");
  }

  @Test
  void anAlteredManifestIsNoBackup() {
    create(repository, "one", Mode.Incremental);
    String key = repository.key("manifests/one.json");
    String text = new String(backups.read(key).orElseThrow().bytes(), UTF_8);
    for (String altered :
        List.of(
            text.replace("\"until\" : 1000", "\"until\" : 2000"),
            text.substring(0, text.length() / 2),
            text.replace("\"key\" : \"objects/", "\"key\" : \"../objects/"),
            "")) {
      backups.put(key, altered.getBytes(UTF_8));
      assertThatThrownBy(() -> repository.read("one"))
          .isInstanceOfSatisfying(
              BackupException.class, e -> assertThat(e.reason()).isEqualTo(Reason.BackupDamaged));
      assertThat(verify(repository, "one", Level.Presence).good()).isFalse();
    }
    assertThat(repository.all()).isEmpty();
  }

  @Test
  void placesThatCannotHoldTheBackupsAreRefusedAndStayAsTheyAre() {
    refused(
        new Repository(streams, new Location("streams", id + "/backups")), Reason.InvalidLocation);
    refused(new Repository(streams, new Location("streams", "")), Reason.InvalidLocation);
    backups.put("others-" + id + "/file", new byte[0]);
    refused(new Repository(backups, new Location("backups", "others-" + id)), Reason.LocationInUse);
    create(repository, "one", Mode.Incremental);
    job = new Job(streams, path, "another job");
    job.checkpointState();
    refused(repository, Reason.LocationInUse);
    S3Store nowhere = new S3Store(options, "no-such-bucket");
    refused(new Repository(nowhere, new Location("no-such-bucket", "x")), Reason.BucketNotFound);
  }

  private void refused(Repository to, Reason reason) {
    assertThatThrownBy(() -> create(to, "refused", Mode.Incremental))
        .isInstanceOfSatisfying(
            BackupException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  @Test
  void wrongCredentialsAreSaid() throws IOException {
    Files.writeString(credentials.resolve("AWS_SECRET_ACCESS_KEY"), "wrong");
    refused(repository, Reason.AccessDenied);
  }

  @Test
  void aBackupOfAnotherJobIsNotRestored() {
    create(repository, "one", Mode.Incremental);
    new Job(streams, path, "another job");
    assertThatThrownBy(
            () ->
                new Restorer(repository, job.checkpoint(), Progress.NONE)
                    .restore("one", "x", Instant.EPOCH))
        .isInstanceOfSatisfying(
            BackupException.class, e -> assertThat(e.reason()).isEqualTo(Reason.ForeignBackup));
  }
}
