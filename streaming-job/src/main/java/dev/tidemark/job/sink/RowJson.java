package dev.tidemark.job.sink;

import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.json.JSONOptions;
import org.apache.spark.sql.catalyst.json.JacksonGenerator;
import org.apache.spark.sql.types.StructType;
import scala.collection.immutable.Map$;

/** Rows as JSON objects in UTF-8; null columns are written as null, times are in UTC. */
public final class RowJson {
  private static final JSONOptions OPTIONS =
      new JSONOptions(
          Map$.MODULE$.<String, String>empty().updated("ignoreNullFields", "false"), "UTC", "");

  private final StructType schema;

  /** Of this schema. */
  public RowJson(StructType schema) {
    this.schema = schema;
  }

  /** One row, without an end of line. */
  public byte[] text(InternalRow row) {
    StringWriter text = new StringWriter();
    JacksonGenerator generator = generator(text);
    generator.write(row);
    generator.close();
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Writes all rows, each with an end of line; how many there were. */
  public long lines(Iterator<InternalRow> rows, Writer to) {
    JacksonGenerator generator = generator(to);
    long count = 0;
    for (; rows.hasNext(); count++) {
      generator.write(rows.next());
      generator.writeLineEnding();
    }
    generator.flush();
    return count;
  }

  private JacksonGenerator generator(Writer to) {
    return new JacksonGenerator(schema, to, OPTIONS);
  }
}
