package dev.tidemark.job.sink.files;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.execution.datasources.parquet.ParquetWriteSupport;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.types.StructType;

/** Parquet as Spark itself writes it, compressed with Snappy; times are UTC, in microseconds. */
final class ParquetRows implements RowFormat {
  /** A writer holds this much in memory, and there may be one per core. */
  private static final long ROW_GROUP_BYTES = 16L << 20;

  private static final Map<String, String> OPTIONS =
      Map.of(
          "spark.sql.parquet.writeLegacyFormat", "false",
          "spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS",
          "spark.sql.parquet.fieldId.write.enabled", "true");

  private final StructType schema;

  ParquetRows(StructType schema) {
    this.schema = schema;
  }

  @Override
  public String suffix() {
    return ".parquet";
  }

  @Override
  public long write(Iterator<InternalRow> rows, Path file) throws IOException {
    long count = 0;
    try (ParquetWriter<InternalRow> writer = new Builder(new Local(file)).of(schema).build()) {
      for (; rows.hasNext(); count++) {
        writer.write(rows.next());
      }
    }
    return count;
  }

  private static final class Builder extends ParquetWriter.Builder<InternalRow, Builder> {
    Builder(OutputFile file) {
      super(file);
    }

    Builder of(StructType schema) {
      Configuration options = new Configuration(false);
      OPTIONS.forEach(options::set);
      ParquetWriteSupport.setSchema(schema, options);
      return withConf(options)
          .withCompressionCodec(CompressionCodecName.SNAPPY)
          .withRowGroupSize(ROW_GROUP_BYTES);
    }

    @Override
    protected Builder self() {
      return this;
    }

    @Override
    protected WriteSupport<InternalRow> getWriteSupport(Configuration options) {
      SQLConf conf = new SQLConf();
      // A date of long ago is written as the date it is, by the calendar that everybody uses.
      conf.setConfString("spark.sql.parquet.datetimeRebaseModeInWrite", "CORRECTED");
      return SQLConf.withExistingConf(conf, ParquetWriteSupport::new);
    }
  }

  /** A file of this machine. */
  private record Local(Path path) implements OutputFile {
    @Override
    public PositionOutputStream create(long blockSizeHint) throws IOException {
      return createOrOverwrite(blockSizeHint);
    }

    @Override
    public PositionOutputStream createOrOverwrite(long blockSizeHint) throws IOException {
      return new Counting(new BufferedOutputStream(Files.newOutputStream(path), 1 << 16));
    }

    @Override
    public boolean supportsBlockSize() {
      return false;
    }

    @Override
    public long defaultBlockSize() {
      return 0;
    }
  }

  private static final class Counting extends PositionOutputStream {
    private final OutputStream out;
    private long position;

    Counting(OutputStream out) {
      this.out = out;
    }

    @Override
    public long getPos() {
      return position;
    }

    @Override
    public void write(int b) throws IOException {
      out.write(b);
      position++;
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      out.write(bytes, from, length);
      position += length;
    }

    @Override
    public void flush() throws IOException {
      out.flush();
    }

    @Override
    public void close() throws IOException {
      out.close();
    }
  }
}
