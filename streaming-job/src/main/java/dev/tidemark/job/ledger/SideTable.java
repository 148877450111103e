package dev.tidemark.job.ledger;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * A table beside the ledger that only some jobs need; made for the first one that does.
 *
 * @param schema that of the ledger
 * @param columns and constraints, in brackets
 * @param what lies in it and which field asks for it, for the message
 */
public record SideTable(String schema, String name, String columns, String what) {
  /** One row per record that an expression failed on, for jobs that put such records away. */
  static SideTable deadLetters(String schema) {
    return new SideTable(
        schema,
        "tidemark_dead_letters",
        " (job_id text NOT NULL, topic text NOT NULL, partition integer NOT NULL, \"offset\" bigint NOT NULL,"
            + " why text NOT NULL, key bytea, value bytea, put_away_at timestamptz NOT NULL DEFAULT now(),"
            + " PRIMARY KEY (job_id, topic, partition, \"offset\"))",
        "records put away (source.onMalformed: DeadLetter)");
  }

  /** One row per range that Kafka had dropped before it was read, for jobs that go on after it. */
  static SideTable skipped(String schema) {
    return new SideTable(
        schema,
        "tidemark_skipped",
        " (job_id text NOT NULL, topic text NOT NULL, topic_id text NOT NULL, partition integer NOT NULL,"
            + " from_offset bigint NOT NULL, until_offset bigint NOT NULL, epoch bigint NOT NULL,"
            + " skipped_at timestamptz NOT NULL DEFAULT now(),"
            + " PRIMARY KEY (job_id, topic, topic_id, partition, from_offset))",
        "ranges that were skipped (source.onOffsetsExpired: SkipToEarliest)");
  }

  /** Its name, ready to stand in a statement. */
  public String quoted() {
    return TableName.quoted(schema) + "." + name;
  }

  /**
   * Creates it unless it is there, in the caller's transaction.
   *
   * @throws Trouble {@code LedgerPermissionDenied} with the statements that help
   */
  public void create(Connection connection) throws SQLException {
    if (exists(connection)) {
      return;
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute("SELECT pg_advisory_xact_lock(" + LedgerTables.CREATION_LOCK + ")");
      statement.execute("CREATE TABLE IF NOT EXISTS " + quoted() + columns);
    } catch (SQLException e) {
      if (SqlTrouble.isDenied(e)) {
        throw denied(connection, e);
      }
      throw e;
    }
  }

  private boolean exists(Connection connection) throws SQLException {
    return LedgerTables.exists(connection, quoted());
  }

  /** False also for a role that has never needed it, where another one's job has made it. */
  boolean isReadable(Connection connection) throws SQLException {
    String sql = "SELECT coalesce(has_table_privilege(to_regclass(?)::oid, 'SELECT'), false)";
    return Database.isTrue(connection, sql, quoted());
  }

  /**
   * Refuses, without writing, when it is neither usable nor creatable.
   *
   * @throws Trouble {@code LedgerPermissionDenied} with the statements that help
   */
  public void check(Connection connection) throws SQLException {
    boolean there = exists(connection);
    String sql =
        there
            ? "SELECT has_table_privilege(?, 'INSERT')"
            : "SELECT coalesce(has_schema_privilege(to_regnamespace(?)::oid, 'CREATE'), false)";
    if (!Database.isTrue(connection, sql, there ? quoted() : TableName.quoted(schema))) {
      throw denied(connection, null);
    }
  }

  /** The refusal that carries what a database administrator has to run; ends the transaction. */
  Trouble denied(Connection connection, SQLException cause) {
    String role = CurrentRole.quoted(connection);
    return new Trouble(
        Reason.LedgerPermissionDenied,
        "the role "
            + role
            + " may not create or use the table of "
            + what
            + " in schema "
            + schema
            + "; run as its owner: CREATE TABLE IF NOT EXISTS "
            + quoted()
            + columns
            + "; GRANT SELECT, INSERT ON "
            + quoted()
            + " TO "
            + role
            + ";",
        cause);
  }
}
