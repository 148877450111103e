package dev.tidemark.job.sink.postgres;

import dev.tidemark.job.expression.CompiledPipeline;
import dev.tidemark.job.ledger.CurrentRole;
import dev.tidemark.job.ledger.TableName;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;

/**
 * Whether results can replace each other in a table: it must tell their keys apart exactly as the
 * job does, or results of different keys would overwrite each other unseen.
 *
 * @param columns those of the results, in the order of their schema
 */
record UpsertFit(TableName table, List<TableColumn> columns, ResultShape shape) {

  /**
   * Looks at the key's columns, at their unique index and at the role's rights.
   *
   * @throws Trouble {@code SinkTableMismatch} or {@code SinkPermissionDenied}
   */
  void require(Connection connection) throws SQLException {
    List<TableColumn> key = new ArrayList<>();
    boolean nullable = false;
    for (int i = 0; i < columns.size(); i++) {
      if (shape.isKey(i)) {
        StructField field = shape.schema().fields()[i];
        requireExact(field, columns.get(i));
        key.add(columns.get(i));
        nullable |= field.nullable() && columns.get(i).nullable();
      }
    }
    KeyIndex.require(connection, table, key, nullable);
    List<String> forbidden =
        columns.stream().filter(c -> !c.replaceable()).map(TableColumn::name).toList();
    if (!forbidden.isEmpty()) {
      throw new Trouble(
          Reason.SinkPermissionDenied,
          "results are upserted into the table "
              + table
              + ", and the role may not read and update its columns "
              + String.join(", ", forbidden)
              + "; run as its owner: GRANT SELECT, INSERT, UPDATE ON "
              + table.quoted()
              + " TO "
              + CurrentRole.quoted(connection)
              + ";");
    }
  }

  private void requireExact(StructField field, TableColumn column) {
    boolean exact =
        !(field.dataType() instanceof StringType)
            || CompiledPipeline.isJson(field)
            || column.type().equals("text")
            || column.type().equals("varchar")
            || column.enumeration();
    if (!exact) {
      throw new Trouble(
          Reason.SinkTableMismatch,
          "results are upserted into the table "
              + table
              + " by its column "
              + column.name()
              + " of type "
              + column.shown()
              + ", which takes texts for the same that are different to the job: make it text");
    }
  }
}
