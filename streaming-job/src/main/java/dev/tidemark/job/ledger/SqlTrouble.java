package dev.tidemark.job.ledger;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.secrets.Authorities;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Set;

/** What an error of the database means for the job, by its SQLSTATE. */
public final class SqlTrouble {

  /** insufficient_privilege */
  private static final String DENIED = "42501";

  /**
   * Classes that pass by themselves: connection, resources, limits, operator intervention, system.
   */
  private static final Set<String> AWAY_CLASSES = Set.of("08", "53", "57", "58", "F0", "XX");

  /**
   * Waiting ended, a transaction lost against another, or the server is a standby or being set up.
   */
  private static final Set<String> AWAY_STATES =
      Set.of("55P03", "55006", "40001", "40P01", "25006", "25P03", "25P04", "3D000");

  private SqlTrouble() {}

  /** The trouble of an error while connecting to a database, which {@code shown} names. */
  static Trouble connecting(SQLException e, String shown) {
    // Of any other statement that state says something else.
    if (state(e).equals("55000")) {
      return new Trouble(
          Reason.SinkUnavailable,
          "the database takes no connections while connecting to " + shown + ": " + said(e),
          e);
    }
    return of(e, "connecting to " + shown);
  }

  /** The trouble of an error; {@code doing} completes "the database failed while ...". */
  public static Trouble of(SQLException e, String doing) {
    String state = state(e);
    String said = said(e);
    if (isAway(e)) {
      return new Trouble(
          Reason.SinkUnavailable,
          away(state)
              + " while "
              + doing
              + ": "
              + said
              + Authorities.advice(e, "sink.jdbc.caSecretRef", ""),
          e);
    }
    if (state.startsWith("28")) {
      return new Trouble(
          Reason.SinkAccessDenied,
          "the database refuses the credentials while "
              + doing
              + ": "
              + said
              + "; check the Secret of sink.jdbc.credentialsSecretRef",
          e);
    }
    return switch (state) {
      case DENIED ->
          new Trouble(
              Reason.SinkPermissionDenied,
              "the role lacks a right while "
                  + doing
                  + ": "
                  + said
                  + "; grant it, the job then goes on by itself",
              e);
      case "42P01", "3F000" ->
          new Trouble(
              Reason.SinkTableMissing,
              "a table is missing while "
                  + doing
                  + ": "
                  + said
                  + "; create it, the job then goes on by itself",
              e);
      case "42703", "42804", "42P10", "428C9", "0A000" ->
          new Trouble(
              Reason.SinkTableMismatch,
              "the table does not fit while "
                  + doing
                  + ": "
                  + said
                  + "; change the table or the select",
              e);
      default ->
          isRow(state)
              ? new Trouble(
                  Reason.SinkRejectedRow,
                  "the database refuses a row while " + doing + ": " + said,
                  e)
              : new Trouble(
                  Reason.BatchFailed, "the database failed while " + doing + ": " + said, e);
    };
  }

  private static String away(String state) {
    return switch (state) {
      case "40001", "40P01" -> "the database gave another transaction the right of way";
      case "55P03" -> "somebody else held a lock for too long";
      case "25006" -> "the database is read-only, a standby perhaps,";
      case "3D000" -> "there is no such database";
      default -> "the database does not answer";
    };
  }

  /** True when the database, or the way to it, is at fault and the same may succeed later. */
  public static boolean isAway(SQLException e) {
    String state = state(e);
    // Without a state the driver could not even speak to a server; an I/O error says the same.
    return state.length() < 2
        || AWAY_CLASSES.contains(state.substring(0, 2))
        || AWAY_STATES.contains(state)
        || e.getCause() instanceof IOException;
  }

  /** True when the role lacks a right. */
  public static boolean isDenied(SQLException e) {
    return state(e).equals(DENIED);
  }

  /** True when it is one row that is refused: its data or a constraint. */
  public static boolean isRow(String state) {
    return state.startsWith("22")
        || state.startsWith("54")
        || state.startsWith("23")
        || state.startsWith("44")
        || state.equals("P0001");
  }

  /** The SQLSTATE, or an empty string. */
  public static String state(SQLException e) {
    return e.getSQLState() == null ? "" : e.getSQLState();
  }

  /** The server's own words on one line. */
  public static String said(SQLException e) {
    String message =
        e instanceof org.postgresql.util.PSQLException server
                && server.getServerErrorMessage() != null
            ? server.getServerErrorMessage().getMessage()
            : e.getMessage();
    String text = String.valueOf(message).replaceAll("\\s+", " ").strip();
    if (text.endsWith(".")) {
      text = text.substring(0, text.length() - 1);
    }
    return state(e).isEmpty() ? text : text + " (SQLSTATE " + state(e) + ")";
  }
}
