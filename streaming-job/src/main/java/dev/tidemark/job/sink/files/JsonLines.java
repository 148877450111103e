package dev.tidemark.job.sink.files;

import dev.tidemark.job.sink.RowJson;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.StructType;

/** A JSON object per line, in UTF-8, each line ended. */
final class JsonLines implements RowFormat {
  private final RowJson json;

  JsonLines(StructType schema) {
    this.json = new RowJson(schema);
  }

  @Override
  public String suffix() {
    return ".jsonl";
  }

  @Override
  public long write(Iterator<InternalRow> rows, Path file) throws IOException {
    try (Writer out = Files.newBufferedWriter(file)) {
      return json.lines(rows, out);
    }
  }
}
