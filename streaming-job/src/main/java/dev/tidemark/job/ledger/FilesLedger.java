package dev.tidemark.job.ledger;

import dev.tidemark.job.ledger.JsonObjects.Stored;
import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.owner.CheckpointPath;
import dev.tidemark.job.settings.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The ledger of a sink of files, beside them. A store has no transactions, so a batch is claimed
 * before it is written: its offsets are noted under a number, its files are named by that number,
 * and one more object, {@link Commit}, says which files there are. Whatever dies in between, the
 * next run finds the claim and writes the same files from the same records. Only then does the
 * ledger move.
 */
public final class FilesLedger extends ObjectLedger {
  private static final String FIELD = "sink.s3.path";

  private final CheckpointPath path;
  private final JsonObjects objects;
  private final Commits commits;
  private final String owner;

  /** The claim of an earlier run that this one has gone on with; 0 for none. */
  private long resumed;

  private FilesLedger(CheckpointPath path, JsonObjects objects, String owner) {
    super(FIELD, objects);
    this.path = path;
    this.objects = objects;
    this.commits = new Commits(objects);
    this.owner = owner;
  }

  /**
   * At the path of a sink.
   *
   * @param settings of the job that writes there
   */
  public static FilesLedger at(Settings.Files files, Settings settings) {
    CheckpointPath path = CheckpointPath.parse(FIELD, files.path());
    JsonObjects objects = new JsonObjects(path, settings.runtime().s3());
    return new FilesLedger(path, objects, Ledgers.owner(settings));
  }

  /** What the names of all files of a claim begin with. */
  public static String beginning(long number) {
    return String.format(Locale.ROOT, "%010d-", number);
  }

  @Override
  public Optional<KnownJob> known(String by) {
    return get()
        .map(Stored::content)
        .filter(document -> by.equals(document.owner()) && document.epoch() > 0)
        .map(document -> new KnownJob(document.jobId(), document.revision(), document.epoch()));
  }

  @Override
  LedgerDocument inPlaceOf(LedgerDocument another, String jobId) {
    throw inUse(another);
  }

  private Trouble inUse(LedgerDocument another) {
    return new Trouble(
        Reason.SinkInUse,
        FIELD
            + ": what lies at "
            + shown()
            + " belongs to another job"
            + (another.owner() == null ? "" : ", " + another.owner())
            + "; choose a path of its own for this one, or delete what is there");
  }

  /**
   * Refuses a path that this job may not write to, and a store that it cannot rely on.
   *
   * @throws Trouble {@code SinkInUse}, {@code StoreUnfit}, or what keeps the store from answering
   */
  public void check() {
    requireFree();
    objects.requireConditionalWrites();
  }

  private void requireFree() {
    Optional<Stored<LedgerDocument>> found = get();
    if (found.isPresent()) {
      if (!owner.equals(found.get().content().owner())) {
        throw inUse(found.get().content());
      }
    } else {
      requireAlone();
    }
  }

  private void requireAlone() {
    for (CheckpointPath parent : path.parents()) {
      if (objects.holds(parent.below(NAME)) || objects.holds(parent.record())) {
        throw new Trouble(
            Reason.SinkInUse,
            FIELD
                + ": "
                + path
                + " lies inside "
                + parent
                + ", which belongs to a job; choose a path beside it");
      }
    }
    List<String> there = objects.names("");
    if (!there.isEmpty()) {
      throw new Trouble(
          Reason.SinkInUse,
          FIELD
              + ": "
              + objects.shown("")
              + " is not empty: it holds "
              + there.get(0)
              + (there.size() > 1 ? " and others" : "")
              + ", which readers would take for results; choose an empty path");
    }
  }

  @Override
  void takePlace(String jobId) {
    Optional<LedgerDocument> found = get().map(stored -> mine(stored, jobId));
    if (found.isEmpty()) {
      requireAlone();
    }
    LedgerDocument now =
        found
            .filter(document -> owner.equals(document.owner()))
            .orElseGet(() -> changed(jobId, document -> document.ownedBy(owner)));
    // What was committed counts, though the ledger was not moved any more.
    now.claims()
        .open()
        .flatMap(open -> commits.read(open.number()))
        .ifPresent(commit -> ended(jobId, commit));
  }

  @Override
  public Optional<Position> seal(String jobId, long epoch) {
    Optional<Position> sealed = super.seal(jobId, epoch);
    if (sealed.isEmpty()) {
      return sealed;
    }
    // From here on nothing is claimed, so what is open is the last.
    end(jobId);
    return document(jobId).position();
  }

  /**
   * What is to be written next of a batch: a claim that an earlier run left open, with exactly its
   * ranges, or a new one, of what the ledger does not hold yet.
   *
   * @param definition digest of the definition that it is written by
   * @param ranges of all partitions that are read, possibly empty
   * @return empty when the ledger holds all of it
   * @throws Trouble {@code Fenced}, {@code OffsetGap}
   */
  public Optional<Claim> claim(
      String jobId, long epoch, String definition, List<PartitionRange> ranges) {
    LedgerDocument now = document(jobId);
    now.require(epoch, shown());
    Set<Partition> reading =
        ranges.stream().map(PartitionRange::partition).collect(Collectors.toSet());
    Map<Partition, Long> until = now.state().until();
    if (now.claims().open().isPresent() && !now.claims().isResumable(definition, reading, until)) {
      now = end(jobId);
    }
    Optional<Claim> open = now.claims().open();
    if (open.isPresent()) {
      resumed = open.get().number();
      return open;
    }
    List<PartitionRange> due = due(ranges, now.state().until());
    if (due.isEmpty()) {
      return Optional.empty();
    }
    return changed(
            jobId,
            document -> {
              document.require(epoch, shown());
              return document.claiming(definition, due);
            })
        .claims()
        .open();
  }

  private static List<PartitionRange> due(List<PartitionRange> ranges, Map<Partition, Long> until) {
    List<PartitionRange> due = new ArrayList<>();
    for (PartitionRange range : ranges) {
      long at = until.getOrDefault(range.partition(), -1L);
      if (at < range.from()) {
        throw OffsetGap.of(range, at);
      }
      PartitionRange rest = range.after(at);
      if (rest.until() > rest.from()) {
        due.add(rest);
      }
    }
    return due;
  }

  /**
   * Makes the files of a claim count, then moves the ledger.
   *
   * @throws Trouble {@code Fenced} when a later run has given the claim up, or has taken the epoch:
   *     then that one moves the ledger
   */
  public void commit(String jobId, long epoch, Claim claim, List<CommittedFile> files) {
    Commit stands = commits.decide(claim, false, files);
    if (stands.voided()) {
      throw new Trouble(
          Reason.Fenced,
          "batch "
              + claim.number()
              + " was given up by a later run; this run, epoch "
              + epoch
              + ", writes nothing any more");
    }
    if (resumed == claim.number()) {
      tidy(stands);
    }
    change(
        jobId,
        document -> {
          document.require(epoch, shown());
          return document.ended(claim.number(), true);
        });
  }

  private LedgerDocument ended(String jobId, Commit stands) {
    tidy(stands);
    return changed(jobId, document -> document.ended(stands.number(), !stands.voided()));
  }

  /** Deletes files of a batch that do not count. */
  private void tidy(Commit stands) {
    Set<String> count =
        stands.files().stream().map(CommittedFile::name).collect(Collectors.toSet());
    List<String> left;
    do {
      left = new ArrayList<>(objects.names(beginning(stands.number())));
      left.removeAll(count);
      left.forEach(objects::delete);
    } while (!left.isEmpty());
  }

  /** Gives up what is open, unless somebody was quicker and made it count. */
  private LedgerDocument end(String jobId) {
    LedgerDocument now = document(jobId);
    if (now.claims().open().isEmpty()) {
      return now;
    }
    return ended(jobId, commits.decide(now.claims().open().get(), true, List.of()));
  }
}
