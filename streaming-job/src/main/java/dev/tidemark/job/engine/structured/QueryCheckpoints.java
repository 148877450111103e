package dev.tidemark.job.engine.structured;

import dev.tidemark.job.engine.RunCheckpoints;
import dev.tidemark.job.state.Listing;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;

/** The checkpoint of a query, and those of the queries before it. */
final class QueryCheckpoints implements RunCheckpoints {
  /** In case the one in use cannot be read. */
  private static final int KEPT = 1;

  private final Configuration hadoop;
  private final String revision;
  private final String own;

  QueryCheckpoints(String revisionPath, String queryPath, Configuration hadoop) {
    this.hadoop = hadoop;
    this.revision = revisionPath;
    this.own = queryPath;
  }

  @Override
  public Optional<Instant> newest() throws IOException {
    Path commits = new Path(own, "commits");
    return Listing.newest(commits.getFileSystem(hadoop), commits, FileStatus::isFile);
  }

  @Override
  public void prune() throws IOException {
    new Queries(revision, hadoop).prune(own, KEPT);
  }
}
