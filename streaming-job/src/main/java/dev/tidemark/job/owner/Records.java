package dev.tidemark.job.owner;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Reading, listing and conditional writing; errors are the SDK's own. */
final class Records {

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  private final S3Client s3;

  Records(S3Client s3) {
    this.s3 = s3;
  }

  Optional<StoredRecord> get(CheckpointPath path) {
    try {
      ResponseBytes<GetObjectResponse> object =
          s3.getObjectAsBytes(request -> request.bucket(path.bucket()).key(path.record()));
      OwnerRecord record = JSON.readValue(object.asByteArray(), OwnerRecord.class);
      if (record.jobId() == null
          || record.cluster() == null
          || record.namespace() == null
          || record.name() == null
          || record.uid() == null
          || record.createdAt() == null
          || record.definitionDigest() == null) {
        throw unreadable(path, null);
      }
      return Optional.of(new StoredRecord(record, object.response().eTag()));
    } catch (NoSuchKeyException e) {
      return Optional.empty();
    } catch (java.io.IOException e) {
      throw unreadable(path, e);
    }
  }

  private static Trouble unreadable(CheckpointPath path, Exception cause) {
    return new Trouble(
        Reason.CheckpointInUse,
        "the owner record s3a://"
            + path.bucket()
            + "/"
            + path.record()
            + " cannot be read, so nobody knows whose checkpoint this is; put back an older version of that object, or"
            + " choose another checkpoint.path",
        cause);
  }

  /**
   * Writes the record if nothing changed since {@code before} was read; null means: if there is
   * none.
   */
  StoredRecord put(CheckpointPath path, OwnerRecord record, StoredRecord before) {
    byte[] body;
    try {
      body = JSON.writeValueAsBytes(record);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
    String etag =
        s3.putObject(
                request -> {
                  request.bucket(path.bucket()).key(path.record()).contentType("application/json");
                  if (before == null) {
                    request.ifNoneMatch("*");
                  } else {
                    request.ifMatch(before.etag());
                  }
                },
                RequestBody.fromBytes(body))
            .eTag();
    return new StoredRecord(record, etag);
  }

  void delete(CheckpointPath path) {
    s3.deleteObject(request -> request.bucket(path.bucket()).key(path.record()));
  }

  /**
   * The names directly below a prefix that ends in a slash (or is empty); those of "directories"
   * end in one.
   */
  List<String> children(CheckpointPath path, String prefix) {
    ListObjectsV2Response page =
        s3.listObjectsV2(request -> request.bucket(path.bucket()).prefix(prefix).delimiter("/"));
    List<String> names = new ArrayList<>();
    for (CommonPrefix child : page.commonPrefixes()) {
      names.add(child.prefix().substring(prefix.length()));
    }
    for (S3Object object : page.contents()) {
      // An empty object named like the prefix itself is how some tools mark a directory.
      if (!object.key().equals(prefix)) {
        names.add(object.key().substring(prefix.length()));
      }
    }
    return names;
  }

  /** Some keys below a prefix, at any depth: one page. */
  List<String> keys(CheckpointPath path, String prefix) {
    return s3
        .listObjectsV2(request -> request.bucket(path.bucket()).prefix(prefix))
        .contents()
        .stream()
        .map(S3Object::key)
        .toList();
  }
}
