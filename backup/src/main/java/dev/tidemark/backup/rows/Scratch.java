package dev.tidemark.backup.rows;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file for something that is too large for memory. */
public final class Scratch {
  private Scratch() {}

  /** What is done with the file. */
  public interface Work<T> {
    /** Writes and reads it. */
    T with(Path file) throws IOException;
  }

  /**
   * Does something with an empty file, which is deleted afterwards.
   *
   * @throws UncheckedIOException where there is no room for it
   */
  public static <T> T with(Work<T> work) {
    try {
      Path file = Files.createTempFile("tidemark-", ".tmp");
      try {
        return work.with(file);
      } finally {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  static UncheckedIOException failed(IOException e) {
    return new UncheckedIOException(
        "the directory for temporary files, "
            + System.getProperty("java.io.tmpdir")
            + ", cannot be used: "
            + e.getMessage(),
        e);
  }
}
