package dev.tidemark.job.ledger;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.owner.CheckpointPath;
import dev.tidemark.job.owner.ConditionalWrites;
import dev.tidemark.job.owner.StoreClient;
import dev.tidemark.job.owner.StoreTrouble;
import dev.tidemark.job.settings.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Objects below a path of the job's store; those of JSON are written on a condition that the store
 * holds. Errors of the store are {@link Trouble}.
 */
final class JsonObjects implements AutoCloseable {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  private final CheckpointPath path;
  private final String endpoint;
  private final S3Client client;

  JsonObjects(CheckpointPath path, Settings.S3 s3) {
    this.path = path;
    this.endpoint = s3.endpoint();
    this.client = StoreClient.of(s3);
  }

  /**
   * An object that was read.
   *
   * @param version what a later write of it is conditional on
   */
  record Stored<T>(T content, String version) {}

  /** For people. */
  String shown(String name) {
    return "s3a://" + path.bucket() + "/" + path.below(name);
  }

  /**
   * Reads an object.
   *
   * @throws IOException when it is there and is not what it should be
   */
  <T> Optional<Stored<T>> get(String name, Class<T> type) throws IOException {
    ResponseBytes<GetObjectResponse> object = asking(() -> bytes(name));
    return object == null
        ? Optional.empty()
        : Optional.of(
            new Stored<>(JSON.readValue(object.asByteArray(), type), object.response().eTag()));
  }

  private ResponseBytes<GetObjectResponse> bytes(String name) {
    try {
      return client.getObjectAsBytes(r -> r.bucket(path.bucket()).key(path.below(name)));
    } catch (NoSuchKeyException e) {
      return null;
    }
  }

  /**
   * Writes an object.
   *
   * @param version the one it replaces; null where there must be none
   * @return false when something else lies there
   */
  boolean put(String name, Object content, String version) {
    return asking(
        () -> {
          try {
            byte[] body = JSON.writeValueAsBytes(content);
            client.putObject(
                request -> {
                  request
                      .bucket(path.bucket())
                      .key(path.below(name))
                      .contentType("application/json");
                  if (version == null) {
                    request.ifNoneMatch("*");
                  } else {
                    request.ifMatch(version);
                  }
                },
                RequestBody.fromBytes(body));
            return true;
          } catch (SdkException e) {
            if (StoreTrouble.isConflict(e)) {
              return false;
            }
            throw e;
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  void requireConditionalWrites() {
    ConditionalWrites.require(client, path, endpoint);
  }

  /** Whether there is an object of this key, wherever it lies in the bucket. */
  boolean holds(String key) {
    return asking(
        () -> {
          try {
            var unused = client.headObject(r -> r.bucket(path.bucket()).key(key));
            return true;
          } catch (NoSuchKeyException e) {
            return false;
          }
        });
  }

  /** Up to a thousand names that begin so. */
  List<String> names(String beginning) {
    String from = path.below(beginning);
    int cut = path.below("").length();
    return asking(
        () ->
            client.listObjectsV2(r -> r.bucket(path.bucket()).prefix(from)).contents().stream()
                .map(S3Object::key)
                .map(key -> key.substring(cut))
                .toList());
  }

  void delete(String name) {
    var unused =
        asking(() -> client.deleteObject(r -> r.bucket(path.bucket()).key(path.below(name))));
  }

  private <T> T asking(Supplier<T> question) {
    try {
      return question.get();
    } catch (SdkException e) {
      throw StoreTrouble.of(e, path, endpoint);
    } catch (UncheckedIOException e) {
      throw StoreTrouble.of(e);
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
