package dev.tidemark.job.sink.files;

import dev.tidemark.job.ledger.CommittedFile;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.owner.CheckpointPath;
import dev.tidemark.job.owner.StoreClient;
import dev.tidemark.job.owner.StoreTrouble;
import dev.tidemark.job.settings.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/** Files below the path of a sink, each written once. */
final class FileStore implements AutoCloseable {
  /** The most that S3 takes in one request. */
  private static final long MOST_BYTES = 5L << 30;

  private static final Duration LONGEST = Duration.ofMinutes(10);
  private static final String ROWS = "rows";

  private final CheckpointPath path;
  private final String endpoint;
  private final S3Client client;

  FileStore(Settings settings) {
    this.path = CheckpointPath.parse("sink.s3.path", settings.definition().sink().s3().path());
    this.endpoint = settings.runtime().s3().endpoint();
    this.client = StoreClient.of(settings.runtime().s3());
  }

  /**
   * Puts a local file there, unless a file of this name is there: names are those of a part of a
   * claim, so it holds the same rows, written by an attempt before.
   */
  CommittedFile put(String name, Path file, long rows) {
    try {
      long bytes = Files.size(file);
      if (bytes > MOST_BYTES) {
        throw new Trouble(
            Reason.BatchFailed,
            "a file of one batch would have "
                + bytes
                + " bytes, and a store takes 5 GiB at once; lower source.maxRatePerPartition or batchInterval");
      }
      client.putObject(
          r ->
              r.bucket(path.bucket())
                  .key(path.below(name))
                  .metadata(Map.of(ROWS, Long.toString(rows)))
                  .ifNoneMatch("*")
                  .overrideConfiguration(
                      o -> o.apiCallTimeout(LONGEST).apiCallAttemptTimeout(LONGEST)),
          RequestBody.fromFile(file));
      return new CommittedFile(name, rows, bytes);
    } catch (SdkException e) {
      if (StoreTrouble.isConflict(e)) {
        return there(name, rows);
      }
      throw StoreTrouble.of(e, path, endpoint);
    } catch (UncheckedIOException e) {
      throw StoreTrouble.of(e);
    } catch (IOException e) {
      throw new IllegalStateException("the local file of " + name + " is gone", e);
    }
  }

  private CommittedFile there(String name, long rows) {
    try {
      HeadObjectResponse found =
          client.headObject(r -> r.bucket(path.bucket()).key(path.below(name)));
      String noted = found.metadata().get(ROWS);
      return new CommittedFile(
          name, noted == null ? rows : Long.parseLong(noted), found.contentLength());
    } catch (SdkException e) {
      throw StoreTrouble.of(e, path, endpoint);
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
