package dev.tidemark.job.sink.files;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import org.apache.spark.sql.catalyst.InternalRow;

/** What the rows of a file look like. */
interface RowFormat {
  /** The end of a file's name, with its dot. */
  String suffix();

  /**
   * Writes rows to an empty local file.
   *
   * @return how many
   */
  long write(Iterator<InternalRow> rows, Path file) throws IOException;
}
