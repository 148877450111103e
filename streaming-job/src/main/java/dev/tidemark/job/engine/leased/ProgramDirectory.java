package dev.tidemark.job.engine.leased;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.owner.OwnerRecord;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.state.CheckpointPaths;
import dev.tidemark.job.state.Listing;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a program keeps its own checkpoints: {@code r000001/p0000000001}, named after the revision
 * and the epoch in which it began there. Later revisions go on in it; a restore, or a start from
 * nothing, makes another one, and the newest counts.
 */
final class ProgramDirectory {
  private static final Logger LOG = LoggerFactory.getLogger(ProgramDirectory.class);
  private static final Pattern REVISION = Pattern.compile("r\\d{6,}");

  private final Settings settings;
  private final FileSystem store;

  ProgramDirectory(Settings settings, FileSystem store) {
    this.settings = settings;
    this.store = store;
  }

  /**
   * A directory to begin in.
   *
   * @param checkpoint of the program that lies in it; empty: the program begins anew
   */
  record Chosen(Path path, Optional<ProgramCheckpoint> checkpoint) {
    private static Chosen empty(Path path) {
      return new Chosen(path, Optional.empty());
    }
  }

  /**
   * The directory of the run that has taken this record's epoch. What lies there is only read.
   *
   * @throws Trouble {@code CheckpointLost}, {@code CheckpointDamaged}, or that the store is away
   */
  Chosen choose(OwnerRecord owner) throws IOException {
    Path anew = new Path(CheckpointPaths.program(settings, owner.revision(), owner.lastEpoch()));
    boolean begun = owner.stateRevision() != 0;
    if (begun
        && owner.stateRevision() != owner.revision()
        && settings.runtime().upgrade().strategy().equals("Fresh")) {
      LOG.info("upgrade.strategy is Fresh: the program begins without a checkpoint, in {}", anew);
      return Chosen.empty(anew);
    }
    Optional<Path> newest = newest(owner.floorEpoch());
    ProgramCheckpoint found = newest.isPresent() ? ProgramCheckpoint.of(store, newest.get()) : null;
    boolean present = found != null && found.present();
    if (present && found.faults().isEmpty()) {
      return new Chosen(newest.get(), Optional.of(found));
    }
    if (!begun) {
      return Chosen.empty(newest.orElse(anew));
    }
    String sentence =
        present
            ? "the program's checkpoint is damaged: " + String.join("; ", found.faults())
            : "the program's checkpoint in "
                + newest.orElse(new Path(settings.runtime().checkpoint().path()))
                + " is gone: Spark would begin from nothing, without a word";
    if (!settings.runtime().checkpoint().onLost().equals("StartFresh")) {
      throw new Trouble(
          present ? Reason.CheckpointDamaged : Reason.CheckpointLost,
          sentence
              + ". Nothing was changed. Put the objects back, restore a backup (spec.restore, or checkpoint.onLost:"
              + " RestoreBackup), or set checkpoint.onLost to StartFresh to begin from nothing");
    }
    LOG.warn("{}; checkpoint.onLost is StartFresh: the program begins anew in {}", sentence, anew);
    return Chosen.empty(anew);
  }

  private Optional<Path> newest(long floor) throws IOException {
    return directories()
        .filter(directory -> epoch(directory) >= floor)
        .max(Comparator.comparingLong(ProgramDirectory::epoch));
  }

  /** Deletes what a restore has replaced, once it need not be kept any more. */
  void prune(OwnerRecord owner, Instant now) throws IOException {
    if (owner.keepReplacedUntil() == null || now.isBefore(owner.keepReplacedUntil())) {
      return;
    }
    for (Path old : directories().filter(d -> epoch(d) < owner.floorEpoch()).toList()) {
      LOG.info("{} was replaced by a restore, and is deleted", old);
      var unused = store.delete(old, true);
    }
  }

  private Stream<Path> directories() throws IOException {
    Stream.Builder<Path> found = Stream.builder();
    for (FileStatus revision :
        Listing.of(store, new Path(settings.runtime().checkpoint().path()))) {
      if (REVISION.matcher(revision.getPath().getName()).matches()) {
        Arrays.stream(Listing.of(store, revision.getPath()))
            .map(FileStatus::getPath)
            .filter(path -> CheckpointPaths.programOf(path.getName()).isPresent())
            .forEach(found);
      }
    }
    return found.build();
  }

  private static long epoch(Path directory) {
    OptionalLong epoch = CheckpointPaths.programOf(directory.getName());
    return epoch.orElse(0);
  }
}
