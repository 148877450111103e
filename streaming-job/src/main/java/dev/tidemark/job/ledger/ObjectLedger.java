package dev.tidemark.job.ledger;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.owner.CheckpointPath;
import dev.tidemark.job.owner.StoreClient;
import dev.tidemark.job.owner.StoreTrouble;
import dev.tidemark.job.settings.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/**
 * The ledger of a sink without transactions: the object {@code _tidemark/ledger.json} beside the
 * owner record. Each write is conditional on the version it was made from, so a run whose epoch was
 * taken cannot move it.
 */
public final class ObjectLedger extends DocumentLedger {
  private static final int TRIES = 5;
  private static final String NAME = "_tidemark/ledger.json";
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  private final CheckpointPath path;
  private final String endpoint;
  private final S3Client client;

  /** Makes the client; the store is asked later. */
  public ObjectLedger(Settings settings) {
    path = CheckpointPath.parse(settings.runtime().checkpoint().path());
    endpoint = settings.runtime().s3().endpoint();
    client = StoreClient.of(settings.runtime().s3());
  }

  private record Stored(LedgerDocument document, String etag) {}

  @Override
  public String shown() {
    return "s3a://" + path.bucket() + "/" + path.below(NAME);
  }

  @Override
  public void connect() {
    // Every request stands for itself.
  }

  @Override
  public Optional<LedgerState> read(String jobId) {
    return get(jobId).map(stored -> stored.document().state());
  }

  @Override
  public Optional<Position> seal(String jobId, long epoch) {
    if (get(jobId).filter(stored -> stored.document().epoch() > 0).isPresent()) {
      change(jobId, document -> document.sealedBy(epoch));
    }
    return get(jobId).flatMap(stored -> stored.document().position());
  }

  /**
   * Where the ledger stands.
   *
   * @throws Trouble {@code Fenced} when it is not this epoch's any more
   */
  public Map<Partition, Long> require(String jobId, long epoch) {
    LedgerDocument now = get(jobId).map(Stored::document).orElseGet(() -> LedgerDocument.of(jobId));
    now.require(epoch, shown());
    return now.state().until();
  }

  /**
   * Moves offsets.
   *
   * @throws Trouble {@code Fenced} when it is not this epoch's any more
   */
  public void move(String jobId, long epoch, Map<Partition, Long> to) {
    change(
        jobId,
        document -> {
          document.require(epoch, shown());
          return document.moved(to);
        });
  }

  @Override
  LedgerState change(String jobId, UnaryOperator<LedgerDocument> how) {
    for (int i = 0; i < TRIES; i++) {
      Optional<Stored> before = get(jobId);
      LedgerDocument next =
          how.apply(before.map(Stored::document).orElseGet(() -> LedgerDocument.of(jobId)));
      if (put(next, before)) {
        return next.state();
      }
    }
    throw new Trouble(
        Reason.StoreUnavailable, shown() + " changes all the time; other runs write it too");
  }

  /** Of another job, that lay here before, there is nothing to be known. */
  private Optional<Stored> get(String jobId) {
    try {
      ResponseBytes<GetObjectResponse> object =
          client.getObjectAsBytes(r -> r.bucket(path.bucket()).key(path.below(NAME)));
      LedgerDocument read = JSON.readValue(object.asByteArray(), LedgerDocument.class);
      return Optional.of(
          new Stored(
              jobId.equals(read.jobId()) ? read : LedgerDocument.of(jobId),
              object.response().eTag()));
    } catch (NoSuchKeyException e) {
      return Optional.empty();
    } catch (SdkException e) {
      throw StoreTrouble.of(e, path, endpoint);
    } catch (UncheckedIOException e) {
      throw StoreTrouble.of(e);
    } catch (IOException e) {
      throw new Trouble(
          Reason.CheckpointDamaged,
          shown()
              + " cannot be read as a ledger; put back an older version of that object, or choose another checkpoint.path",
          e);
    }
  }

  /** False when somebody else wrote in between. */
  private boolean put(LedgerDocument next, Optional<Stored> before) {
    try {
      byte[] body = JSON.writeValueAsBytes(next);
      client.putObject(
          request -> {
            request.bucket(path.bucket()).key(path.below(NAME)).contentType("application/json");
            before.ifPresentOrElse(b -> request.ifMatch(b.etag()), () -> request.ifNoneMatch("*"));
          },
          RequestBody.fromBytes(body));
      return true;
    } catch (SdkException e) {
      if (StoreTrouble.isConflict(e)) {
        return false;
      }
      throw StoreTrouble.of(e, path, endpoint);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
