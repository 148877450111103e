package dev.tidemark.job.engine.structured;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tidemark.job.engine.SparkSettings;
import dev.tidemark.job.engine.StoreTrouble;
import dev.tidemark.job.owner.OwnerRecord;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.state.CheckpointPaths;
import dev.tidemark.job.state.Listing;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
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

/**
 * The checkpoints of queries of one revision, read as Spark writes them: {@code offsets/7} is a
 * line with the version, one with metadata, and one with the offset of each source; {@code
 * commits/7} is there once batch 7 is done. So they can be read before there is a Spark session.
 */
final class Queries {
  private static final Logger LOG = LoggerFactory.getLogger(Queries.class);
  private static final JsonMapper JSON = new JsonMapper();

  /** Left by runs that died before their first batch: a crash loop must not add up. */
  private static final int LISTINGS = 8;

  /** A setting that Spark notes in the log of offsets, and holds to ever after. */
  static final String PARTITIONS = "spark.sql.shuffle.partitions";

  private final Path revision;
  private final FileSystem store;

  Queries(String revisionPath, Configuration hadoop) throws IOException {
    this.revision = new Path(revisionPath);
    this.store = revision.getFileSystem(hadoop);
  }

  /**
   * The newest query of the record's revision that counts.
   *
   * @throws dev.tidemark.job.outcome.Trouble when the store does not answer
   */
  static Optional<FoundQuery> newest(Settings settings, OwnerRecord owner) {
    try {
      return new Queries(
              CheckpointPaths.revision(settings, owner.revision()),
              SparkSettings.hadoop(SparkSettings.storage(settings)))
          .newest(owner.floorEpoch());
    } catch (IOException e) {
      throw StoreTrouble.of(e, settings.runtime().checkpoint().path());
    }
  }

  /**
   * The newest one that has begun a batch; empty also when that one cannot be read.
   *
   * @param floor none of an earlier epoch counts
   */
  Optional<FoundQuery> newest(long floor) throws IOException {
    List<FileStatus> all = newestFirst();
    for (FileStatus query : all.subList(0, Math.min(LISTINGS, all.size()))) {
      Path path = query.getPath();
      if (CheckpointPaths.queryOf(path.getName()).getAsLong() < floor) {
        return Optional.empty();
      }
      OptionalLong batch = newestBatch(new Path(path, "offsets"));
      if (batch.isPresent()) {
        return read(path, batch.getAsLong());
      }
    }
    return Optional.empty();
  }

  private OptionalLong newestBatch(Path log) throws IOException {
    OptionalLong newest = OptionalLong.empty();
    for (FileStatus file : Listing.of(store, log)) {
      String name = file.getPath().getName();
      if (name.matches("\\d+")) {
        newest = OptionalLong.of(Math.max(newest.orElse(0), Long.parseLong(name)));
      }
    }
    return newest;
  }

  private Optional<FoundQuery> read(Path query, long batch) throws IOException {
    try {
      String[] newest = lines(query, batch);
      JsonNode metadata = JSON.readTree(newest[1]);
      return Optional.of(
          new FoundQuery(
              query.toString(),
              batch,
              metadata.path("conf").path(PARTITIONS).asInt(),
              batch == 0 ? null : TopicOffset.of(lines(query, batch - 1)[2]).until(),
              TopicOffset.of(newest[2]).until(),
              store.exists(new Path(query, "commits/" + batch))));
    } catch (FileNotFoundException
        | IllegalArgumentException
        | com.fasterxml.jackson.core.JacksonException e) {
      LOG.warn("the logs of the query in {} cannot be read: {}", query, e.toString());
      return Optional.empty();
    }
  }

  private String[] lines(Path query, long batch) throws IOException {
    Path file = new Path(query, "offsets/" + batch);
    try (InputStream in = store.open(file)) {
      String[] lines = new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n", -1);
      if (lines.length < 3 || !lines[0].equals("v1")) {
        throw new IllegalArgumentException(file + " is no log of offsets");
      }
      return lines;
    }
  }

  private List<FileStatus> newestFirst() throws IOException {
    List<FileStatus> queries = new ArrayList<>();
    for (FileStatus child : Listing.of(store, revision)) {
      if (CheckpointPaths.queryOf(child.getPath().getName()).isPresent()) {
        queries.add(child);
      }
    }
    queries.sort(Comparator.comparing((FileStatus q) -> q.getPath().getName()).reversed());
    return queries;
  }

  /** Drops those of before; to be called by the run that owns {@code current} once it goes on. */
  void prune(String current, int kept) throws IOException {
    String own = new Path(current).getName();
    int older = 0;
    for (FileStatus query : newestFirst()) {
      String name = query.getPath().getName();
      if (name.compareTo(own) > 0) {
        return; // a later run has begun; what stays is its business
      }
      if (name.compareTo(own) < 0 && ++older > kept) {
        store.delete(query.getPath(), true);
        LOG.info("dropped {}, which no recovery will need", query.getPath());
      }
    }
  }
}
