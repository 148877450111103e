package dev.tidemark.backup.store;

import static software.amazon.awssdk.core.client.config.SdkAdvancedAsyncClientOption.FUTURE_COMPLETION_EXECUTOR;

import dev.tidemark.backup.BackupException;
import dev.tidemark.backup.BackupException.Reason;
import dev.tidemark.backup.rows.Rows;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.TrustManager;
import software.amazon.awssdk.core.FileTransformerConfiguration;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.crt.AwsCrtAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3AsyncClientBuilder;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** A bucket of an S3 store. */
public final class S3Store implements ObjectStore {
  private static final int FIRST_AT_ONCE = 64;
  private static final int MOST_AT_ONCE = 256;
  private static final int PAGE = 1_000;
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration ATTEMPT = Duration.ofSeconds(60);
  private static final Duration CALL = Duration.ofMinutes(5);

  private final String bucket;
  private final StoreOptions options;
  private final Refusals refusals;
  private final Failures failures;
  private final S3AsyncClient client;
  private final Throttle throttle =
      new Throttle(FIRST_AT_ONCE, MOST_AT_ONCE, S3Store::asksForPatience);
  private final Transfers transfers;

  /** Makes the client; the store is asked later. */
  public S3Store(StoreOptions options, String bucket) {
    this(options, bucket, Transfers.PART_BYTES, Transfers.MOST_AT_ONE_COPY);
  }

  /** With other limits than those of S3, for tests. */
  S3Store(StoreOptions options, String bucket, long partBytes, long mostAtOneCopy) {
    this.bucket = bucket;
    this.options = options;
    String endpoint = Objects.requireNonNullElse(options.endpoint(), "AWS");
    this.refusals = new Refusals(endpoint);
    this.failures = new Failures(bucket, endpoint);
    this.client = client(options, refusals);
    this.transfers = new Transfers(client, bucket, throttle, partBytes, mostAtOneCopy);
  }

  private static S3AsyncClient client(StoreOptions options, Refusals refusals) {
    S3AsyncClientBuilder builder =
        S3AsyncClient.builder()
            .httpClientBuilder(http(options))
            .region(Region.of(Objects.requireNonNullElse(options.region(), "us-east-1")))
            .forcePathStyle(options.pathStyle())
            // Newer checksums are not understood by every store that calls itself S3.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            // Answers are handled by the threads that hear them: nothing here waits in one.
            .asyncConfiguration(
                a -> a.advancedOption(FUTURE_COMPLETION_EXECUTOR, (Executor) Runnable::run))
            .disableS3ExpressSessionAuth(true)
            .endpointProvider(new BucketEndpoints())
            .overrideConfiguration(
                o ->
                    o.apiCallTimeout(CALL)
                        .apiCallAttemptTimeout(ATTEMPT)
                        .addExecutionInterceptor(refusals));
    if (options.endpoint() != null) {
      builder.endpointOverride(URI.create(options.endpoint()));
    }
    if (options.credentials() != null) {
      builder.credentialsProvider(new FileCredentials(options.credentials()));
    }
    return builder.build();
  }

  private static SdkAsyncHttpClient.Builder<?> http(StoreOptions options) {
    if (options.authority() == null) {
      return AwsCrtAsyncHttpClient.builder()
          .maxConcurrency(MOST_AT_ONCE)
          .connectionTimeout(CONNECT);
    }
    // Slower to start, but the CRT client cannot be told whom to trust.
    return NettyNioAsyncHttpClient.builder()
        .maxConcurrency(MOST_AT_ONCE)
        .connectionTimeout(CONNECT)
        .tlsTrustManagersProvider(() -> new TrustManager[] {Authorities.with(options.authority())});
  }

  /** True when a copy from there needs no byte to pass through here. */
  private boolean isBeside(S3Store other) {
    return options.equals(other.options);
  }

  @Override
  public List<Listed> list(String prefix) {
    List<Listed> all = new Rows<>(Listed.ROWS);
    String[] more = new String[1];
    do {
      ListObjectsV2Response page =
          await(
              () ->
                  client.listObjectsV2(
                      ListObjectsV2Request.builder()
                          .bucket(bucket)
                          .prefix(prefix)
                          .continuationToken(more[0])
                          .build()),
              prefix);
      page.contents()
          .forEach(o -> all.add(new Listed(o.key(), o.size(), o.eTag(), o.lastModified())));
      more[0] = Boolean.TRUE.equals(page.isTruncated()) ? page.nextContinuationToken() : null;
    } while (more[0] != null);
    return all;
  }

  @Override
  public Optional<Content> read(String key) {
    try {
      ResponseBytes<GetObjectResponse> object =
          await(
              () ->
                  client.getObject(
                      r -> r.bucket(bucket).key(key), AsyncResponseTransformer.toBytes()),
              key);
      return Optional.of(new Content(object.asByteArray(), object.response().eTag()));
    } catch (Changed e) {
      return Optional.empty();
    }
  }

  @Override
  public void put(String key, byte[] bytes) {
    await(
        () -> client.putObject(r -> r.bucket(bucket).key(key), AsyncRequestBody.fromBytes(bytes)),
        key);
  }

  @Override
  public boolean fetch(String key, Path file) {
    try {
      var unused =
          await(
              () ->
                  client.getObject(
                      r -> r.bucket(bucket).key(key),
                      AsyncResponseTransformer.<GetObjectResponse>toFile(
                          file, FileTransformerConfiguration.defaultCreateOrReplaceExisting())),
              key);
      return true;
    } catch (Changed e) {
      return false;
    }
  }

  @Override
  public String create(String key, byte[] bytes) {
    return create(key, AsyncRequestBody.fromBytes(bytes));
  }

  @Override
  public String create(String key, Path file) {
    return create(key, AsyncRequestBody.fromFile(file));
  }

  private String create(String key, AsyncRequestBody content) {
    return await(
            () -> client.putObject(r -> r.bucket(bucket).key(key).ifNoneMatch("*"), content), key)
        .eTag();
  }

  @Override
  public String replace(String key, byte[] bytes, String etag) {
    return await(
            () ->
                client.putObject(
                    r -> r.bucket(bucket).key(key).ifMatch(etag),
                    AsyncRequestBody.fromBytes(bytes)),
            key)
        .eTag();
  }

  @Override
  public void delete(Collection<String> keys) {
    List<ObjectIdentifier> all =
        keys.stream().map(key -> ObjectIdentifier.builder().key(key).build()).toList();
    for (int from = 0; from < all.size(); from += PAGE) {
      List<ObjectIdentifier> page = all.subList(from, Math.min(all.size(), from + PAGE));
      var answer =
          await(
              () -> client.deleteObjects(r -> r.bucket(bucket).delete(d -> d.objects(page))),
              page.get(0).key());
      if (answer.hasErrors() && !answer.errors().isEmpty()) {
        var error = answer.errors().get(0);
        String object = "s3a://" + bucket + "/" + error.key();
        throw error.code().equals("AccessDenied")
            ? refusals.deletion(object)
            : new BackupException(
                Reason.StoreUnavailable, object + " cannot be deleted: " + error.message());
      }
    }
  }

  @Override
  public CompletableFuture<Copied> copy(ObjectStore from, Listed source, String key) {
    S3Store other = (S3Store) from;
    CompletableFuture<Copied> copied =
        isBeside(other)
            ? transfers.within(other.bucket, source, key)
            : transfers.between(other.transfers, source, key);
    return translated(copied, source.key());
  }

  @Override
  public CompletableFuture<Sums> stream(Listed object, Consumer<byte[]> receiver) {
    return translated(transfers.stream(object, receiver), object.key());
  }

  private <T> T await(Supplier<CompletableFuture<T>> request, String key) {
    try {
      return throttle.run(request).join();
    } catch (CompletionException e) {
      throw failures.of(e.getCause(), key);
    }
  }

  private <T> CompletableFuture<T> translated(CompletableFuture<T> future, String key) {
    return future.exceptionally(
        e -> {
          throw failures.of(e instanceof CompletionException ? e.getCause() : e, key);
        });
  }

  static boolean asksForPatience(Throwable failure) {
    return failure instanceof S3Exception s3
        && (s3.statusCode() == 503 || s3.statusCode() == 429 || s3.isThrottlingException());
  }

  @Override
  public void close() {
    client.close();
  }
}
