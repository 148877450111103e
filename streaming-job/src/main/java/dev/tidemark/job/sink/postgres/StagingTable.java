package dev.tidemark.job.sink.postgres;

import dev.tidemark.job.ledger.CurrentRole;
import dev.tidemark.job.ledger.LedgerTables;
import dev.tidemark.job.ledger.SqlTrouble;
import dev.tidemark.job.ledger.TableName;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where tasks lay results until the driver merges them. It lies beside the ledger, belongs to one
 * epoch, and is not logged: nothing in it needs to survive a crash of the server. Its first two
 * columns say which batch and task attempt a row is of, the others are those of the results.
 */
record StagingTable(String schema, String jobId, long epoch) {

  private static final Logger LOG = LoggerFactory.getLogger(StagingTable.class);
  private static final String PREFIX = "tidemark_stage_";
  private static final int SHORT_ID = 12;

  static StagingTable beside(LedgerTables ledger, String jobId, long epoch) {
    return new StagingTable(ledger.schema(), jobId, epoch);
  }

  /** What the names of the tables of all epochs of the job begin with. */
  private String prefix() {
    return PREFIX + jobId.substring(0, Math.min(SHORT_ID, jobId.length())) + "_e";
  }

  TableName name() {
    return new TableName(schema, prefix() + epoch);
  }

  /** Starts a COPY; every line begins with batch and attempt. */
  String copy() {
    return "COPY " + name().quoted() + " FROM STDIN";
  }

  /** The beginning of the lines of a task. */
  static String lines(long batch, long attempt) {
    return batch + "\t" + attempt + "\t";
  }

  /**
   * Makes it, empty, in the caller's transaction.
   *
   * @throws Trouble {@code LedgerPermissionDenied} when the role may not
   */
  void create(Connection connection, List<TableColumn> columns) throws SQLException {
    List<String> all =
        new ArrayList<>(List.of(batch(columns) + " bigint", attempt(columns) + " bigint"));
    columns.forEach(c -> all.add(TableName.quoted(c.name()) + " " + c.shown()));
    String quoted = name().quoted();
    try (Statement statement = connection.createStatement()) {
      // What is dead in it goes with the next TRUNCATE; a vacuum would only be in its way.
      statement.execute(
          "DROP TABLE IF EXISTS "
              + quoted
              + "; CREATE UNLOGGED TABLE "
              + quoted
              + " ("
              + String.join(", ", all)
              + ") WITH (autovacuum_enabled = false)");
    } catch (SQLException e) {
      if (SqlTrouble.isDenied(e)) {
        throw denied(connection, e);
      }
      throw e;
    }
  }

  /** The column of the batch, named so that no column of the results has the same name. */
  static String batch(List<TableColumn> columns) {
    return own("batch", columns);
  }

  /** The column of the task attempt. */
  static String attempt(List<TableColumn> columns) {
    return own("attempt", columns);
  }

  private static String own(String word, List<TableColumn> columns) {
    String name = word;
    while (columns.stream().map(TableColumn::name).toList().contains(name)) {
      name += "_";
    }
    return name;
  }

  /**
   * Drops those of earlier epochs, each in a transaction of its own. One that cannot be dropped,
   * because a zombie holds it or another role owns it, is left for the next time.
   */
  void dropEarlier(Connection connection) throws SQLException {
    for (String earlier : earlier(connection)) {
      try (Statement statement = connection.createStatement()) {
        statement.execute(
            "SET LOCAL lock_timeout = 1000; DROP TABLE IF EXISTS "
                + new TableName(schema, earlier).quoted());
        connection.commit();
      } catch (SQLException e) {
        if (SqlTrouble.isAway(e) && !SqlTrouble.state(e).equals("55P03")) {
          throw e;
        }
        connection.rollback();
        LOG.warn(
            "{}, where an earlier epoch staged results, cannot be dropped: {}",
            earlier,
            SqlTrouble.said(e));
      }
    }
  }

  private List<String> earlier(Connection connection) throws SQLException {
    String sql =
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            + " WHERE n.nspname = ? AND c.relkind = 'r' AND starts_with(c.relname, ?)";
    List<String> names = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, schema);
      statement.setString(2, prefix());
      try (ResultSet result = statement.executeQuery()) {
        while (result.next()) {
          String number = result.getString(1).substring(prefix().length());
          if (number.matches("[0-9]{1,18}") && Long.parseLong(number) < epoch) {
            names.add(result.getString(1));
          }
        }
      }
    }
    connection.commit();
    return names;
  }

  /**
   * Throws everything in it away, in a transaction of its own; not when a task is writing to it,
   * which only one can that nobody waits for any more.
   */
  boolean empty(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET LOCAL lock_timeout = 100; TRUNCATE " + name().quoted());
      connection.commit();
      return true;
    } catch (SQLException e) {
      if (!SqlTrouble.state(e).equals("55P03")) {
        throw e;
      }
      connection.rollback();
      return false;
    }
  }

  /** True when it is there. */
  boolean exists(Connection connection) throws SQLException {
    return LedgerTables.exists(connection, name().quoted());
  }

  /** What it means that the staging table of the current epoch is not there. */
  Trouble gone(SQLException cause) {
    return new Trouble(
        Reason.SinkUnavailable,
        "the table "
            + name()
            + ", where results are staged, was dropped by somebody; the next run makes it again",
        cause);
  }

  /**
   * Refuses, without writing, when the role could not make it.
   *
   * @throws Trouble {@code LedgerPermissionDenied} with the statement that helps
   */
  static void check(Connection connection, LedgerTables ledger) throws SQLException {
    String sql = "SELECT coalesce(has_schema_privilege(to_regnamespace(?)::oid, 'CREATE'), false)";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, TableName.quoted(ledger.schema()));
      try (ResultSet result = statement.executeQuery()) {
        result.next();
        if (!result.getBoolean(1)) {
          throw beside(ledger, "", 0).denied(connection, null);
        }
      }
    }
  }

  private Trouble denied(Connection connection, SQLException cause) {
    String role = CurrentRole.quoted(connection);
    return new Trouble(
        Reason.LedgerPermissionDenied,
        "the role "
            + role
            + " may not create tables in schema "
            + schema
            + ", and results of an aggregate are staged in one beside the ledger; run as the schema's owner:"
            + " GRANT USAGE, CREATE ON SCHEMA "
            + TableName.quoted(schema)
            + " TO "
            + role
            + ";",
        cause);
  }
}
