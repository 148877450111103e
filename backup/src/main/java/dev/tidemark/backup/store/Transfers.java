package dev.tidemark.backup.store;

import dev.tidemark.backup.store.ObjectStore.Copied;
import dev.tidemark.backup.store.ObjectStore.Listed;
import dev.tidemark.backup.store.ObjectStore.Sums;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntFunction;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * Moves the content of objects: within a store without a byte passing through here, between two
 * stores in parts. Every read is bound to the ETag that was listed.
 */
final class Transfers {
  /** What is held in memory of an object at once. */
  static final long PART_BYTES = 8L << 20;

  /** What S3 copies in one request; more goes by parts. */
  static final long MOST_AT_ONE_COPY = 5L << 30;

  private final S3AsyncClient client;
  private final String bucket;
  private final Throttle throttle;
  private final long partBytes;
  private final long mostAtOneCopy;

  Transfers(
      S3AsyncClient client, String bucket, Throttle throttle, long partBytes, long mostAtOneCopy) {
    this.client = client;
    this.bucket = bucket;
    this.throttle = throttle;
    this.partBytes = partBytes;
    this.mostAtOneCopy = mostAtOneCopy;
  }

  CompletableFuture<Copied> within(String sourceBucket, Listed source, String key) {
    if (source.bytes() > mostAtOneCopy) {
      return byParts(
          source,
          key,
          mostAtOneCopy,
          (upload, part) -> copyPart(sourceBucket, source, key, upload, part));
    }
    return throttle
        .run(
            () ->
                client.copyObject(
                    r ->
                        r.sourceBucket(sourceBucket)
                            .sourceKey(source.key())
                            .copySourceIfMatch(source.etag())
                            .checksumAlgorithm(ChecksumAlgorithm.SHA256)
                            .destinationBucket(bucket)
                            .destinationKey(key)))
        .thenApply(
            done ->
                new Copied(
                    done.copyObjectResult().eTag(), done.copyObjectResult().checksumSHA256()));
  }

  private CompletableFuture<CompletedPart> copyPart(
      String sourceBucket, Listed source, String key, String upload, int part) {
    return throttle
        .run(
            () ->
                client.uploadPartCopy(
                    r ->
                        r.sourceBucket(sourceBucket)
                            .sourceKey(source.key())
                            .copySourceIfMatch(source.etag())
                            .copySourceRange(range(source, part, mostAtOneCopy))
                            .destinationBucket(bucket)
                            .destinationKey(key)
                            .uploadId(upload)
                            .partNumber(part)))
        .thenApply(
            done ->
                CompletedPart.builder()
                    .partNumber(part)
                    .eTag(done.copyPartResult().eTag())
                    .build());
  }

  CompletableFuture<Copied> between(Transfers from, Listed source, String key) {
    if (source.bytes() > partBytes) {
      return byParts(
          source, key, partBytes, (upload, part) -> movePart(from, source, key, upload, part));
    }
    return from.get(source, null)
        .thenCompose(
            bytes ->
                throttle
                    .run(
                        () ->
                            client.putObject(
                                r -> r.bucket(bucket).key(key), AsyncRequestBody.fromBytes(bytes)))
                    .thenApply(
                        done -> new Copied(done.eTag(), base64(digest("SHA-256").digest(bytes)))));
  }

  private CompletableFuture<CompletedPart> movePart(
      Transfers from, Listed source, String key, String upload, int part) {
    return from.get(source, range(source, part, partBytes))
        .thenCompose(
            bytes ->
                throttle.run(
                    () ->
                        client.uploadPart(
                            r -> r.bucket(bucket).key(key).uploadId(upload).partNumber(part),
                            AsyncRequestBody.fromBytes(bytes))))
        .thenApply(done -> CompletedPart.builder().partNumber(part).eTag(done.eTag()).build());
  }

  private CompletableFuture<byte[]> get(Listed source, String range) {
    return throttle
        .run(
            () ->
                client.getObject(
                    r -> r.bucket(bucket).key(source.key()).ifMatch(source.etag()).range(range),
                    AsyncResponseTransformer.<GetObjectResponse>toBytes()))
        .thenApply(ResponseBytes::asByteArrayUnsafe);
  }

  /** One part after the other: what is in memory stays bounded, and many objects go at once. */
  private CompletableFuture<Copied> byParts(
      Listed source, String key, long partSize, PartCopy copyPart) {
    return throttle
        .run(() -> client.createMultipartUpload(r -> r.bucket(bucket).key(key)))
        .thenCompose(
            created -> {
              String upload = created.uploadId();
              List<CompletedPart> parts = new ArrayList<>();
              return inTurn(
                      parts(source, partSize),
                      part -> copyPart.copy(upload, part).thenAccept(parts::add))
                  .thenCompose(
                      done ->
                          throttle.run(
                              () ->
                                  client.completeMultipartUpload(
                                      r ->
                                          r.bucket(bucket)
                                              .key(key)
                                              .uploadId(upload)
                                              .multipartUpload(m -> m.parts(parts)))))
                  .thenApply(done -> new Copied(done.eTag(), null))
                  .exceptionallyCompose(e -> aborted(key, upload, e));
            });
  }

  /** Copies one part of an upload. */
  private interface PartCopy {
    CompletableFuture<CompletedPart> copy(String upload, int part);
  }

  private <T> CompletableFuture<T> aborted(String key, String upload, Throwable failure) {
    return client
        .abortMultipartUpload(r -> r.bucket(bucket).key(key).uploadId(upload))
        .handle((done, alsoFailed) -> null)
        .thenCompose(done -> CompletableFuture.failedFuture(failure));
  }

  CompletableFuture<Sums> stream(Listed object, Consumer<byte[]> receiver) {
    MessageDigest sha256 = digest("SHA-256");
    MessageDigest md5 = digest("MD5");
    return inTurn(
            Math.max(1, parts(object, partBytes)),
            part ->
                get(object, object.bytes() == 0 ? null : range(object, part, partBytes))
                    .thenAccept(
                        bytes -> {
                          sha256.update(bytes);
                          md5.update(bytes);
                          receiver.accept(bytes);
                        }))
        .thenApply(
            done -> new Sums(base64(sha256.digest()), HexFormat.of().formatHex(md5.digest())));
  }

  private static CompletableFuture<Void> inTurn(int parts, IntFunction<CompletableFuture<Void>> f) {
    CompletableFuture<Void> before = CompletableFuture.completedFuture(null);
    for (int part = 1; part <= parts; part++) {
      int number = part;
      before = before.thenCompose(done -> f.apply(number));
    }
    return before.thenApply(Function.identity());
  }

  private static int parts(Listed source, long partSize) {
    return Math.toIntExact((source.bytes() + partSize - 1) / partSize);
  }

  private static String range(Listed source, int part, long partSize) {
    long from = (part - 1) * partSize;
    return "bytes=" + from + "-" + (Math.min(source.bytes(), from + partSize) - 1);
  }

  private static MessageDigest digest(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }
}
