package dev.tidemark.job.engine.leased;

import dev.tidemark.job.engine.Drill;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkException;
import org.apache.spark.streaming.CheckpointReader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A restore without a program: its checkpoint lies in a directory and is looked at as before a
 * start. Those of streaming contexts are deserialised, with the classes of the program's own image.
 */
public final class ProgramDrill {
  private static final Logger LOG = LoggerFactory.getLogger(ProgramDrill.class);

  private ProgramDrill() {}

  /** What came of it; empty when what lies there is no program's. */
  public static Optional<Drill.Found> of(Path checkpoint) throws IOException {
    Optional<Path> directory;
    try (Stream<Path> all = Files.walk(checkpoint, 2)) {
      directory = all.filter(path -> path.toString().matches(".*/r\\d{6,}/p\\d{10}")).findFirst();
    }
    return directory.isEmpty()
        ? Optional.empty()
        : Optional.of(Drill.Found.program(fault(directory.get()).orElse(null)));
  }

  private static Optional<String> fault(Path directory) throws IOException {
    Configuration hadoop = new Configuration();
    ProgramCheckpoint found =
        ProgramCheckpoint.of(
            FileSystem.getLocal(hadoop), new org.apache.hadoop.fs.Path(directory.toUri()));
    if (!found.present()) {
      return Optional.of("no stream has left a checkpoint in it");
    }
    if (!found.faults().isEmpty()) {
      return Optional.of(String.join("; ", found.faults()));
    }
    return unreadable(found.streams(), hadoop);
  }

  private static Optional<String> unreadable(
      List<org.apache.hadoop.fs.Path> streams, Configuration hadoop) {
    for (org.apache.hadoop.fs.Path stream : streams) {
      try {
        var unused = CheckpointReader.read(stream.toString(), new SparkConf(false), hadoop, false);
      } catch (Exception e) { // Spark's are checked, though Scala does not declare them
        LOG.warn("{}", stream, e);
        boolean none = e instanceof SparkException;
        return Optional.of(
            "the checkpoint of its streaming context cannot be read with this image"
                + (none ? "; the log of the drill's pod says why" : ": " + e));
      }
    }
    return Optional.empty();
  }
}
