package dev.tidemark.job.sink.postgres;

import dev.tidemark.job.ledger.Database;
import dev.tidemark.job.ledger.LedgerTables;
import dev.tidemark.job.ledger.SqlTrouble;
import dev.tidemark.job.ledger.TableName;
import dev.tidemark.job.settings.Settings;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Records that an expression failed on, put away in the table {@code tidemark_dead_letters} beside
 * the ledger before the batch they came in is committed. A record has one row however often its
 * batch is run, and the rest of the batch does not depend on it, so no transaction binds the two.
 */
public final class DeadLetters {
  /** A record, and what was wrong with it. */
  public record Letter(ConsumerRecord<byte[], byte[]> record, String why) {}

  private final Database database;
  private final String jobId;
  private final String sessionName;

  /** Those of a job with a PostgreSQL sink; nothing is connected yet. */
  public DeadLetters(Settings.Jdbc jdbc, String jobId, long epoch) {
    this.database = new Database(jdbc);
    this.jobId = jobId;
    this.sessionName = Database.sessionName(jobId, epoch);
  }

  /**
   * Puts them away; those that lie there already stay as they are.
   *
   * @throws dev.tidemark.job.outcome.Trouble of the database, or {@code LedgerPermissionDenied}
   */
  public void write(List<Letter> letters) {
    Session session = Sessions.borrow(database, jobId, sessionName);
    boolean clean = false;
    try {
      write(session.connection(), letters);
      clean = true;
    } catch (SQLException e) {
      throw SqlTrouble.of(e, "putting away records that an expression failed on");
    } finally {
      if (clean) {
        Sessions.release(database, jobId, sessionName, session);
      } else {
        session.abort();
      }
    }
  }

  private void write(Connection connection, List<Letter> letters) throws SQLException {
    LedgerTables ledger = LedgerTables.beside(connection, TableName.parse(database.jdbc().table()));
    ledger.deadLetters().create(connection);
    String sql =
        "INSERT INTO "
            + ledger.deadLetters().quoted()
            + " (job_id, topic, partition, \"offset\", why, key, value) VALUES (?, ?, ?, ?, ?, ?, ?)"
            + " ON CONFLICT DO NOTHING";
    try (PreparedStatement insert = connection.prepareStatement(sql)) {
      for (Letter letter : letters) {
        insert.setString(1, jobId);
        insert.setString(2, letter.record().topic());
        insert.setInt(3, letter.record().partition());
        insert.setLong(4, letter.record().offset());
        insert.setString(5, letter.why().replace('\0', '\uFFFD'));
        insert.setBytes(6, letter.record().key());
        insert.setBytes(7, letter.record().value());
        insert.addBatch();
      }
      insert.executeBatch();
    }
    connection.commit();
  }
}
