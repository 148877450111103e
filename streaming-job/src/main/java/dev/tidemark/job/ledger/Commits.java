package dev.tidemark.job.ledger;

import dev.tidemark.job.ledger.JsonObjects.Stored;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The objects that say how claims ended: whoever creates one first decides. */
final class Commits {
  private static final String DIRECTORY = "_commits/";

  private final JsonObjects objects;

  Commits(JsonObjects objects) {
    this.objects = objects;
  }

  /**
   * Says how a claim ended, unless somebody was quicker.
   *
   * @return what stands
   */
  Commit decide(Claim claim, boolean voided, List<CommittedFile> files) {
    Commit wanted =
        new Commit(
            Commit.CONTRACT,
            claim.number(),
            voided,
            Instant.now().toString(),
            voided ? List.of() : claim.ranges().stream().map(LedgerDocument.Range::new).toList(),
            files);
    return objects.put(name(claim.number()), wanted, null)
        ? wanted
        : read(claim.number())
            .orElseThrow(
                () ->
                    new Trouble(
                        Reason.StoreUnavailable,
                        objects.shown(name(claim.number())) + " was there and is gone again"));
  }

  /** Empty while nobody has decided. */
  Optional<Commit> read(long number) {
    try {
      return objects.get(name(number), Commit.class).map(Stored::content);
    } catch (IOException e) {
      throw new Trouble(
          Reason.CheckpointDamaged,
          objects.shown(name(number))
              + " cannot be read as a commit; put back the object as it was",
          e);
    }
  }

  private static String name(long number) {
    return DIRECTORY + String.format(Locale.ROOT, "%010d.json", number);
  }
}
