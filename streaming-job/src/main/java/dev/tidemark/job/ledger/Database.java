package dev.tidemark.job.ledger;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.secrets.SecretFiles;
import dev.tidemark.job.settings.Settings;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.postgresql.Driver;

/**
 * How connections to the sink's PostgreSQL are made: credentials from files at each connect, and
 * limits on everything that could wait for ever. All connections of a run carry its job and epoch
 * as {@code application_name}, by which a later run finds and ends them.
 */
public final class Database {

  /**
   * Waiting for another transaction: longer means that its owner is frozen, and a new try will say
   * so.
   */
  private static final int LOCK_MILLIS = 10_000;

  /** One statement; a COPY of a whole range is one, so this bounds how large a batch may be. */
  private static final int STATEMENT_MILLIS = 120_000;

  /**
   * Between two statements of a transaction a run only computes: a longer pause is a frozen
   * process.
   */
  private static final int IDLE_IN_TRANSACTION_MILLIS = 60_000;

  /** The socket gives up a little after the server would have. */
  private static final int SOCKET_SECONDS = 130;

  private static final int CONNECT_SECONDS = 5;
  private static final int LOGIN_SECONDS = 15;
  private static final int SHORT_ID = 12;

  private final Settings.Jdbc jdbc;
  private final String secret;

  /** That of the sink; nothing is connected yet. */
  public Database(Settings.Jdbc jdbc) {
    this(jdbc, "sink");
  }

  private Database(Settings.Jdbc jdbc, String secret) {
    this.jdbc = jdbc;
    this.secret = secret;
  }

  /** That of the sink before, with the credentials of that time. */
  static Database before(Settings.Jdbc jdbc) {
    return new Database(jdbc, "sink-before");
  }

  /** The settings of the sink. */
  public Settings.Jdbc jdbc() {
    return jdbc;
  }

  /** The {@code application_name} of all sessions of one epoch of a job. */
  public static String sessionName(String jobId, long epoch) {
    return sessionPrefix(jobId) + epoch;
  }

  /** What the session names of all epochs of a job begin with. */
  static String sessionPrefix(String jobId) {
    return "tm-" + jobId.substring(0, Math.min(SHORT_ID, jobId.length())) + "-e";
  }

  /** The database as messages may show it: no user, no password, no parameters. */
  public String shown() {
    String url = jdbc.url();
    int question = url.indexOf('?');
    return question < 0 ? url : url.substring(0, question);
  }

  /**
   * A new connection with automatic commits off.
   *
   * @throws Trouble {@code SinkUnavailable}, {@code SinkAccessDenied} or {@code InvalidSettings}
   */
  public Connection connect(String sessionName) {
    Properties properties = properties(sessionName);
    try {
      // The driver itself, not DriverManager: no other driver on the class path gets a say.
      Connection connection = new Driver().connect(jdbc.url(), properties);
      if (connection == null) {
        throw new Trouble(
            Reason.InvalidSettings,
            "sink.jdbc.url is not understood: "
                + shown()
                + "; it must look like jdbc:postgresql://host:5432/database");
      }
      return prepared(connection, sessionName);
    } catch (SQLException e) {
      throw SqlTrouble.connecting(e, shown());
    }
  }

  private Properties properties(String sessionName) {
    Properties properties = new Properties();
    properties.setProperty("ApplicationName", sessionName);
    properties.setProperty("connectTimeout", Integer.toString(CONNECT_SECONDS));
    properties.setProperty("loginTimeout", Integer.toString(LOGIN_SECONDS));
    properties.setProperty("socketTimeout", Integer.toString(SOCKET_SECONDS));
    properties.setProperty("cancelSignalTimeout", "5");
    properties.setProperty("tcpKeepAlive", "true");
    // A database with standbys in its URL must be the writable one.
    properties.setProperty("targetServerType", "primary");
    SecretFiles.authority(secret)
        .ifPresent(
            file -> {
              properties.setProperty("sslmode", "verify-full");
              properties.setProperty("sslrootcert", file.toString());
            });
    try {
      SecretFiles.read(secret, List.of("username", "password"))
          .ifPresent(values -> credentials(properties, values));
    } catch (UncheckedIOException e) {
      throw new Trouble(
          Reason.SinkAccessDenied,
          "the Secret of sink.jdbc.credentialsSecretRef cannot be read",
          e);
    }
    return properties;
  }

  private static void credentials(Properties properties, Map<String, String> secret) {
    if (!secret.containsKey("username")) {
      throw new Trouble(
          Reason.SinkAccessDenied,
          "the Secret of sink.jdbc.credentialsSecretRef has no key username; it needs username and password");
    }
    properties.setProperty("user", secret.get("username"));
    properties.setProperty("password", secret.getOrDefault("password", ""));
  }

  private static Connection prepared(Connection connection, String sessionName)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      // One round trip. Set here, too, what the URL may have set otherwise: fencing hangs on the
      // name. The server's
      // keepalives free the locks of a peer whose node is gone.
      statement.execute(
          "SET application_name = '"
              + sessionName
              + "'; SET lock_timeout = "
              + LOCK_MILLIS
              + "; SET statement_timeout = "
              + STATEMENT_MILLIS
              + "; SET idle_in_transaction_session_timeout = "
              + IDLE_IN_TRANSACTION_MILLIS
              + "; SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3"
              + ";"
              // Fencing needs a reader that waited for a lock to see what the lock's owner
              // committed.
              + " SET default_transaction_isolation = 'read committed'; SET DateStyle = 'ISO, MDY';"
              + " SET TimeZone = 'UTC'");
      connection.setAutoCommit(false);
      return connection;
    } catch (SQLException e) {
      closeQuietly(connection);
      throw e;
    }
  }

  /** Closes a connection that may be broken already. */
  public static void closeQuietly(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      // It is being thrown away; that it could not say goodbye changes nothing.
      return;
    }
  }

  /** What a question answers that has one row of one truth value; its parameters are texts. */
  static boolean isTrue(Connection connection, String question, String... texts)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(question)) {
      for (int i = 0; i < texts.length; i++) {
        statement.setString(i + 1, texts[i]);
      }
      try (ResultSet result = statement.executeQuery()) {
        result.next();
        return result.getBoolean(1);
      }
    }
  }
}
