package dev.tidemark.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.backup.BackupException.Reason;
import dev.tidemark.backup.checkpoint.Checkpoint;
import dev.tidemark.backup.real.RealMinio;
import dev.tidemark.backup.real.Session;
import dev.tidemark.backup.repository.Creator;
import dev.tidemark.backup.repository.Creator.Request;
import dev.tidemark.backup.repository.Manifest.Mode;
import dev.tidemark.backup.repository.Progress;
import dev.tidemark.backup.repository.Repository;
import dev.tidemark.backup.repository.Verification.Level;
import dev.tidemark.backup.repository.Verifier;
import dev.tidemark.backup.restore.Restorer;
import dev.tidemark.backup.store.Location;
import dev.tidemark.backup.store.ObjectStore;
import dev.tidemark.backup.store.ObjectStore.Listed;
import dev.tidemark.backup.store.S3Store;
import dev.tidemark.backup.store.StoreOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** Credentials that lack one right, on a real MinIO server: the right is named, nothing changes. */
@EnabledIf("hasMinio")
class MinioRightsTest {
  private final String id = UUID.randomUUID().toString();
  private final Location path = new Location("streams", id);
  @TempDir private Path all;
  @TempDir private Path lacking;
  private ObjectStore streams;
  private ObjectStore backups;

  static boolean hasMinio() {
    return RealMinio.endpoint().isPresent();
  }

  @BeforeEach
  void aBackup() throws Exception {
    Files.writeString(all.resolve("AWS_ACCESS_KEY_ID"), RealMinio.USER);
    Files.writeString(all.resolve("AWS_SECRET_ACCESS_KEY"), RealMinio.PASSWORD);
    streams = store("streams", all);
    backups = store("backups", all);
    new Job(streams, path, id).checkpointState();
    create("one", streams, backups);
    new Verifier(repository(backups), Clock.systemUTC()).verify("one", Level.Checksum);
  }

  private static ObjectStore store(String bucket, Path credentials) {
    return new S3Store(
        new StoreOptions(RealMinio.endpoint().orElseThrow(), null, true, credentials, null),
        bucket);
  }

  private Repository repository(ObjectStore store) {
    return new Repository(store, new Location("backups", id));
  }

  private void create(String name, ObjectStore from, ObjectStore to) {
    new Creator(new Checkpoint(from, path), repository(to), Clock.systemUTC(), Progress.NONE)
        .create(Request.of(name, Mode.Incremental));
  }

  private void restore(ObjectStore from, ObjectStore to) {
    new Restorer(repository(from), new Checkpoint(to, path), Progress.NONE)
        .restore("one", "again", Instant.now());
  }

  private ObjectStore without(String right, String resource, String bucket) {
    Session.without(right, resource, RealMinio.endpoint().orElseThrow(), lacking);
    return store(bucket, lacking);
  }

  private void refuses(String right, ThrowingCallable action) {
    List<Listed> before = List.copyOf(backups.list(id));
    List<Listed> checkpoint = List.copyOf(streams.list(id));
    assertThatThrownBy(action)
        .isInstanceOfSatisfying(
            BackupException.class, e -> assertThat(e.reason()).isEqualTo(Reason.AccessDenied))
        .hasMessageContaining(right + " on s3a://");
    assertThat(backups.list(id)).isEqualTo(before);
    assertThat(streams.list(id)).isEqualTo(checkpoint);
  }

  @Test
  void aBackupNeedsToReadTheCheckpoint() {
    ObjectStore unread = without("s3:GetObject", "streams/*", "streams");
    refuses("s3:GetObject", () -> create("two", unread, backups));
    ObjectStore unlisted = without("s3:ListBucket", "streams", "streams");
    refuses("s3:ListBucket", () -> create("two", unlisted, backups));
  }

  @Test
  void aBackupNeedsToWriteWhereItIsToBe() {
    ObjectStore unwritten = without("s3:PutObject", "backups/*", "backups");
    refuses("s3:PutObject", () -> create("two", streams, unwritten));
    ObjectStore unlisted = without("s3:ListBucket", "backups", "backups");
    refuses("s3:ListBucket", () -> create("two", streams, unlisted));
  }

  @Test
  void aLookNeedsToReadTheBackup() {
    ObjectStore unread = without("s3:GetObject", "backups/*", "backups");
    refuses(
        "s3:GetObject",
        () -> new Verifier(repository(unread), Clock.systemUTC()).verify("one", Level.Checksum));
  }

  @Test
  void aSweepNeedsToDelete() {
    ObjectStore undeleted = without("s3:DeleteObject", "backups/*", "backups");
    refuses("s3:DeleteObject", () -> repository(undeleted).forget(List.of("one")));
  }

  @Test
  void aRestoreNeedsToWriteTheCheckpoint() {
    ObjectStore unwritten = without("s3:PutObject", "streams/*", "streams");
    refuses("s3:PutObject", () -> restore(backups, unwritten));
  }

  @Test
  void credentialsThatAreNoneAreSaidToBeThat() throws Exception {
    Files.writeString(lacking.resolve("AWS_ACCESS_KEY_ID"), RealMinio.USER);
    Files.writeString(lacking.resolve("AWS_SECRET_ACCESS_KEY"), "another");
    assertThatThrownBy(() -> store("backups", lacking).list(id))
        .hasMessageContaining("does not accept the credentials for s3a://backups/" + id)
        .hasMessageContaining("SignatureDoesNotMatch");
  }
}
