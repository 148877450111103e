package dev.tidemark.job.sink.files;

import dev.tidemark.job.ledger.Claim;
import dev.tidemark.job.ledger.CommittedFile;
import dev.tidemark.job.ledger.FilesLedger;
import dev.tidemark.job.ledger.PartitionRange;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.sink.Part;
import dev.tidemark.job.sink.ResultSink;
import dev.tidemark.job.sink.Staged;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.StructType;

/**
 * Rows, or results per batch, as files: {@code 0000000042-2-of-3.jsonl} is what the second of three
 * tasks made of the ranges that were claimed under the number 42. The files of a batch count from
 * the moment its commit object is there; {@link FilesLedger} says how.
 */
public final class FileSink implements ResultSink, AutoCloseable {
  private final String definition;
  private final String jobId;
  private final long epoch;
  private final RowFormat format;
  private final FileStore store;
  private final FilesLedger ledger;

  /** Nothing is asked yet. */
  public FileSink(Settings settings, String jobId, long epoch, StructType schema) {
    Settings.Files files = settings.definition().sink().s3();
    this.definition = settings.definitionDigest();
    this.jobId = jobId;
    this.epoch = epoch;
    this.format = format(files, schema);
    this.store = new FileStore(settings);
    this.ledger = FilesLedger.at(files, settings);
  }

  static RowFormat format(Settings.Files files, StructType schema) {
    return files.format().equals("Parquet") ? new ParquetRows(schema) : new JsonLines(schema);
  }

  @Override
  public void open() {
    ledger.require(jobId, epoch);
  }

  @Override
  public Optional<Claim> claim(long batch, List<PartitionRange> ranges) {
    return ledger.claim(jobId, epoch, definition, ranges);
  }

  @Override
  public Staged stage(long batch, Part part, Iterator<InternalRow> rows) {
    if (!rows.hasNext()) {
      return new Staged(part.attempt(), 0);
    }
    Path local = null;
    try {
      local = Files.createTempFile("tidemark-", format.suffix());
      long count = format.write(rows, local);
      String name =
          FilesLedger.beginning(batch) + part.number() + "-of-" + part.of() + format.suffix();
      CommittedFile file = store.put(name, local, count);
      return new Staged(part.attempt(), file.rows(), List.of(), file);
    } catch (IOException e) {
      throw new UncheckedIOException("a file of rows cannot be written in the pod's /tmp", e);
    } finally {
      delete(local);
    }
  }

  private static void delete(Path local) {
    try {
      if (local != null) {
        Files.deleteIfExists(local);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public boolean commit(long batch, List<Staged> staged, List<PartitionRange> ranges) {
    List<CommittedFile> files = staged.stream().map(Staged::file).filter(Objects::nonNull).toList();
    ledger.commit(jobId, epoch, new Claim(batch, ranges), files);
    return true;
  }

  @Override
  public void close() {
    store.close();
    ledger.close();
  }
}
