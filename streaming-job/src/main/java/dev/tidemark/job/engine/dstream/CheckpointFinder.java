package dev.tidemark.job.engine.dstream;

import dev.tidemark.job.engine.Result;
import dev.tidemark.job.engine.SparkSettings;
import dev.tidemark.job.engine.StoreTrouble;
import dev.tidemark.job.owner.OwnerRecord;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.state.CheckpointPaths;
import dev.tidemark.job.state.Listing;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import org.apache.spark.streaming.Checkpoint;
import org.apache.spark.streaming.CheckpointReader$;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Option;

/** Looks for the newest checkpoint of a revision that can be read; writes nothing. */
final class CheckpointFinder {
  private static final Logger LOG = LoggerFactory.getLogger(CheckpointFinder.class);

  /** No more damaged prefixes than this are tried: each costs reads, and the ledger is as good. */
  private static final int DAMAGED = 3;

  /**
   * Nor more empty ones, left by runs that died before their first checkpoint: a crash loop must
   * not add up.
   */
  private static final int LISTINGS = 8;

  private final SparkConf conf;
  private final Configuration hadoop;

  CheckpointFinder(SparkConf conf, Configuration hadoop) {
    this.conf = conf;
    this.hadoop = hadoop;
  }

  /**
   * What was found.
   *
   * @param unusable epoch prefixes newer than the found one that hold only damaged checkpoints
   */
  record Result(Optional<FoundCheckpoint> found, List<String> unusable) {}

  /**
   * Of the record's revision.
   *
   * @throws dev.tidemark.job.outcome.Trouble when the store does not answer
   */
  static Result find(Settings settings, OwnerRecord owner) {
    SparkConf conf = SparkSettings.storage(settings);
    try {
      return new CheckpointFinder(conf, SparkSettings.hadoop(conf))
          .find(CheckpointPaths.revision(settings, owner.revision()), owner.floorEpoch());
    } catch (IOException e) {
      throw StoreTrouble.of(e, settings.runtime().checkpoint().path());
    }
  }

  /**
   * Newest epoch first, down to the floor.
   *
   * @throws IOException when the store does not answer
   */
  Result find(String revisionPath, long floorEpoch) throws IOException {
    Path root = new Path(revisionPath);
    FileSystem store = root.getFileSystem(hadoop);
    List<String> unusable = new ArrayList<>();
    int listings = 0;
    for (Epoch epoch : epochs(store, root)) {
      if (epoch.number() < floorEpoch || unusable.size() == DAMAGED || listings++ == LISTINGS) {
        break;
      }
      try {
        Option<Checkpoint> read = CheckpointReader$.MODULE$.read(epoch.path(), conf, hadoop, false);
        if (read.isDefined()) {
          return new Result(
              Optional.of(new FoundCheckpoint(epoch.path(), epoch.number(), read.get())), unusable);
        }
      } catch (Exception | LinkageError e) {
        if (StoreTrouble.isAway(e)) {
          throw new IOException(epoch.path() + " cannot be read now: " + e.getMessage(), e);
        }
        LOG.warn(
            "the checkpoint in {} cannot be read; trying the one before: {}",
            epoch.path(),
            e.toString());
        unusable.add(epoch.path());
      }
    }
    return new Result(Optional.empty(), unusable);
  }

  private record Epoch(long number, String path) {}

  private static List<Epoch> epochs(FileSystem store, Path root) throws IOException {
    List<Epoch> epochs = new ArrayList<>();
    for (FileStatus status : Listing.of(store, root)) {
      if (status.isDirectory()) {
        CheckpointPaths.epochOf(status.getPath().getName())
            .ifPresent(n -> epochs.add(new Epoch(n, status.getPath().toString())));
      }
    }
    epochs.sort(Comparator.comparingLong(Epoch::number).reversed());
    return epochs;
  }
}
