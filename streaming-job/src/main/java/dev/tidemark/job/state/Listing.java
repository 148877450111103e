package dev.tidemark.job.state;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** What lies in a directory of a store, where a directory that is not there holds nothing. */
public final class Listing {
  private Listing() {}

  /** Files and directories in it, in no order. */
  public static FileStatus[] of(FileSystem store, Path directory) throws IOException {
    try {
      return store.listStatus(directory);
    } catch (FileNotFoundException e) {
      return new FileStatus[0];
    }
  }

  /** When the newest of certain files in it was written; empty when there is none. */
  public static Optional<Instant> newest(
      FileSystem store, Path directory, Predicate<FileStatus> counts) throws IOException {
    return Arrays.stream(of(store, directory))
        .filter(counts)
        .map(file -> Instant.ofEpochMilli(file.getModificationTime()))
        .max(Instant::compareTo);
  }
}
