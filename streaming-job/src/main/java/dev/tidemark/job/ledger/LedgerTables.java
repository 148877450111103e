package dev.tidemark.job.ledger;

import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The two tables of the ledger, in one schema for the driver and every executor: that of the sink's
 * table, or, before there is one, the schema it would be created in.
 */
public final class LedgerTables {

  /** One row per job: which epoch may commit. */
  private static final String JOBS =
      " (job_id text PRIMARY KEY, revision integer NOT NULL, epoch bigint NOT NULL,"
          + " state text NOT NULL CHECK (state IN ('open', 'sealed')), updated_at timestamptz NOT NULL DEFAULT now(),"
          + " owner text)";

  /**
   * One row per partition: the first offset whose results are not yet in the sink. Half full pages:
   * always updated.
   */
  private static final String OFFSETS =
      " (job_id text NOT NULL, cluster_id text NOT NULL, topic text NOT NULL, topic_id text NOT NULL,"
          + " partition integer NOT NULL, until_offset bigint NOT NULL, PRIMARY KEY (job_id, topic, partition))"
          + " WITH (fillfactor = 50)";

  /** Any constant: it only has to be the same for all drivers that create these tables at once. */
  static final long CREATION_LOCK = 0x7469_6465_6d61_726bL;

  private final String schema;

  private LedgerTables(String schema) {
    this.schema = schema;
  }

  /** The schema these tables lie in. */
  public String schema() {
    return schema;
  }

  /** Where the ledger beside a sink's table is. */
  public static LedgerTables beside(Connection connection, TableName sink) throws SQLException {
    String sql =
        "SELECT coalesce((SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            + " WHERE c.oid = to_regclass(?)), ?, current_schema())";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, sink.quoted());
      statement.setString(2, sink.schema());
      try (ResultSet result = statement.executeQuery()) {
        result.next();
        String schema = result.getString(1);
        if (schema == null) {
          throw new Trouble(
              Reason.SinkTableMissing,
              "the table "
                  + sink
                  + " does not exist, and the role's search path names no schema that exists; write schema.table");
        }
        return new LedgerTables(schema);
      }
    }
  }

  /** The table of jobs, ready to stand in a statement. */
  public String jobs() {
    return TableName.quoted(schema) + ".tidemark_jobs";
  }

  /** The table of offsets, ready to stand in a statement. */
  public String offsets() {
    return TableName.quoted(schema) + ".tidemark_offsets";
  }

  /** The table of records put away. */
  public SideTable deadLetters() {
    return SideTable.deadLetters(schema);
  }

  /** The table of ranges that were skipped. */
  SideTable skipped() {
    return SideTable.skipped(schema);
  }

  /** True when a table of that name, quoted, is there. */
  public static boolean exists(Connection connection, String table) throws SQLException {
    return Database.isTrue(connection, "SELECT to_regclass(?) IS NOT NULL", table);
  }

  /** True when both tables are there. */
  public boolean exist(Connection connection) throws SQLException {
    String sql = "SELECT to_regclass(?) IS NOT NULL AND to_regclass(?) IS NOT NULL";
    return Database.isTrue(connection, sql, jobs(), offsets());
  }

  /** What they say of a job; both must be there. */
  Optional<LedgerState> state(Connection connection, String jobId) throws SQLException {
    String sql =
        "SELECT j.epoch, j.revision, j.state, o.topic, o.partition, o.until_offset FROM "
            + jobs()
            + " j LEFT JOIN "
            + offsets()
            + " o ON o.job_id = j.job_id WHERE j.job_id = ?";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, jobId);
      try (ResultSet result = statement.executeQuery()) {
        if (!result.next()) {
          return Optional.empty();
        }
        long epoch = result.getLong(1);
        int revision = result.getInt(2);
        boolean sealed = result.getString(3).equals("sealed");
        Map<Partition, Long> until = new HashMap<>();
        do {
          if (result.getString(4) != null) {
            until.put(new Partition(result.getString(4), result.getInt(5)), result.getLong(6));
          }
        } while (result.next());
        return Optional.of(
            new LedgerState(
                epoch, revision, sealed, until, new SkippedRanges(connection, this, jobId).read()));
      }
    }
  }

  /** Creates what is missing, in the caller's transaction; safe when many jobs do it at once. */
  void create(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      // CREATE ... IF NOT EXISTS alone fails when two sessions run it at the same moment.
      statement.execute("SELECT pg_advisory_xact_lock(" + CREATION_LOCK + ")");
      statement.execute("CREATE TABLE IF NOT EXISTS " + jobs() + JOBS);
      statement.execute(OwnerColumn.ddl(jobs()));
      statement.execute("CREATE TABLE IF NOT EXISTS " + offsets() + OFFSETS);
    } catch (SQLException e) {
      if (SqlTrouble.isDenied(e)) {
        throw denied(connection, e);
      }
      throw e;
    }
  }

  /**
   * Refuses, without writing, when the tables are neither usable nor creatable.
   *
   * @throws Trouble {@code LedgerPermissionDenied} with the statements that help
   */
  public void check(Connection connection) throws SQLException {
    String rights =
        "SELECT bool_and(has_table_privilege(t, p)) FROM unnest(ARRAY[?::text, ?::text]) AS t,"
            + " unnest(ARRAY['SELECT', 'INSERT', 'UPDATE']) AS p";
    String create =
        "SELECT coalesce(has_schema_privilege(to_regnamespace(?)::oid, 'CREATE'), false)";
    boolean exist = exist(connection);
    if (exist && OwnerColumn.isLacking(connection, jobs())) {
      throw denied(connection, null);
    }
    boolean may =
        exist
            ? Database.isTrue(connection, rights, jobs(), offsets())
            : Database.isTrue(connection, create, TableName.quoted(schema));
    if (!may) {
      throw denied(connection, null);
    }
  }

  /**
   * The refusal that carries everything a database administrator has to run; ends the transaction.
   */
  public Trouble denied(Connection connection, SQLException cause) {
    return refusal(CurrentRole.quoted(connection), cause);
  }

  private Trouble refusal(String role, SQLException cause) {
    return new Trouble(
        Reason.LedgerPermissionDenied,
        "the role "
            + role
            + " may not create or use the ledger tables in schema "
            + schema
            + "; run as their owner: "
            + ddl()
            + " GRANT USAGE ON SCHEMA "
            + TableName.quoted(schema)
            + " TO "
            + role
            + "; GRANT SELECT, INSERT, UPDATE ON "
            + jobs()
            + ", "
            + offsets()
            + " TO "
            + role
            + ";",
        cause);
  }

  /** The statements that create the tables by hand. */
  public String ddl() {
    return "CREATE TABLE IF NOT EXISTS "
        + jobs()
        + JOBS
        + "; "
        + OwnerColumn.ddl(jobs())
        + "; CREATE TABLE IF NOT EXISTS "
        + offsets()
        + OFFSETS
        + ";";
  }
}
