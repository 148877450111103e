package dev.tidemark.job.owner;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import java.util.UUID;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** Whether a store keeps what it was asked to keep; everything else here relies on it. */
public final class ConditionalWrites {
  private ConditionalWrites() {}

  /**
   * Writes an object below a path, tries to write it again on the condition that there is none, and
   * deletes it: so it also shows that both are allowed.
   *
   * @throws Trouble {@code StoreUnfit}, or what keeps the store from answering
   */
  public static void require(S3Client client, CheckpointPath path, String endpoint) {
    String key = path.below("_tidemark/check-" + UUID.randomUUID());
    try {
      write(client, path, key);
      write(client, path, key);
    } catch (SdkException e) {
      if (StoreTrouble.isConflict(e)) {
        return;
      }
      throw StoreTrouble.of(e, path, endpoint);
    } finally {
      delete(client, path, key, endpoint);
    }
    throw new Trouble(
        Reason.StoreUnfit,
        "the store of "
            + path
            + " writes over objects that it was asked to keep (If-None-Match: *), so two drivers could both take"
            + " the same place; use a store with conditional writes, such as AWS S3 or MinIO");
  }

  private static void write(S3Client client, CheckpointPath path, String key) {
    client.putObject(
        r -> r.bucket(path.bucket()).key(key).ifNoneMatch("*"), RequestBody.fromString("check"));
  }

  private static void delete(S3Client client, CheckpointPath path, String key, String endpoint) {
    try {
      client.deleteObject(r -> r.bucket(path.bucket()).key(key));
    } catch (SdkException e) {
      throw StoreTrouble.of(e, path, endpoint);
    }
  }
}
