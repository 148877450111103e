package dev.tidemark.job.sink.files;

import dev.tidemark.job.ledger.FilesLedger;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.settings.Settings;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.execution.datasources.parquet.ParquetFileFormat;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** What a job will ask of the path it writes files to, asked before. */
public final class FilesCheck {
  private FilesCheck() {}

  /**
   * Looks at the columns and the path.
   *
   * @throws Trouble {@code InvalidSelect} when a column cannot be written, {@code SinkInUse},
   *     {@code StoreUnfit}, or what keeps the store from answering
   */
  public static void run(Settings settings, StructType schema) {
    Settings.Files files = settings.definition().sink().s3();
    if (files.format().equals("Parquet")) {
      requireTypes(schema);
    }
    try (FilesLedger ledger = FilesLedger.at(files, settings)) {
      ledger.check();
    }
  }

  private static void requireTypes(StructType schema) {
    ParquetFileFormat format = new ParquetFileFormat();
    String refused =
        Stream.of(schema.fields())
            .filter(field -> !format.supportDataType(field.dataType()))
            .map(StructField::name)
            .collect(Collectors.joining(", "));
    if (!refused.isEmpty()) {
      throw new Trouble(
          Reason.InvalidSelect,
          "Parquet has no type for " + refused + "; cast it in select, for example to string");
    }
  }
}
