package dev.tidemark.job.engine.dstream;

import dev.tidemark.job.engine.Prepared;
import dev.tidemark.job.engine.RunCheckpoints;
import dev.tidemark.job.state.CheckpointPaths;
import dev.tidemark.job.state.Listing;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The checkpoints of a DStream: one directory per epoch, in which Spark keeps the newest ones. */
final class StreamCheckpoints implements RunCheckpoints {
  private static final Logger LOG = LoggerFactory.getLogger(StreamCheckpoints.class);

  /** The own prefix and the two before it: one to recover from, one in case it is damaged. */
  private static final int KEPT = 3;

  private final Path revision;
  private final Path own;
  private final long epoch;
  private final Configuration hadoop;

  StreamCheckpoints(Prepared prepared, Configuration hadoop) {
    this.revision = new Path(prepared.revisionPath());
    this.own = new Path(prepared.ownPath());
    this.epoch = prepared.owner().lastEpoch();
    this.hadoop = hadoop;
  }

  @Override
  public Optional<Instant> newest() throws IOException {
    return Listing.newest(own.getFileSystem(hadoop), own, StreamCheckpoints::isCheckpoint);
  }

  @Override
  public void prune() throws IOException {
    FileSystem store = revision.getFileSystem(hadoop);
    List<Path> older = new ArrayList<>();
    for (FileStatus status : store.listStatus(revision)) {
      OptionalLong of = CheckpointPaths.epochOf(status.getPath().getName());
      if (of.isPresent() && of.getAsLong() <= epoch) {
        older.add(status.getPath());
      }
    }
    older.sort(Comparator.comparing(Path::getName).reversed());
    int usable = 0;
    for (Path path : older) {
      if (usable >= KEPT) {
        store.delete(path, true);
        LOG.info("dropped {}, which no recovery will need", path);
      } else if (Listing.newest(store, path, StreamCheckpoints::isCheckpoint).isPresent()) {
        usable++;
      }
    }
  }

  private static boolean isCheckpoint(FileStatus file) {
    return file.isFile() && file.getPath().getName().startsWith("checkpoint-");
  }
}
