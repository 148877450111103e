package dev.tidemark.job.ledger;

import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.settings.Settings;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The ledger beside a PostgreSQL sink. One connection, made when needed and dropped at the first
 * error.
 */
public final class PostgresLedger implements Ledger {

  private final Database database;
  private final TableName sink;
  private final String owner;
  private final Taking taking;
  private Connection connection;
  private String sessionName = "tm-reader";

  /** The ledger beside the sink's table; nothing is connected yet. */
  public PostgresLedger(Settings.Jdbc jdbc) {
    this(jdbc, null);
  }

  /**
   * The same, for a job that is to be found again.
   *
   * @param owner by {@link Ledgers#owner}
   */
  public PostgresLedger(Settings.Jdbc jdbc, String owner) {
    this(jdbc, owner, new Database(jdbc));
  }

  private PostgresLedger(Settings.Jdbc jdbc, String owner, Database database) {
    this.owner = owner;
    this.database = database;
    this.sink = TableName.parse(jdbc.table());
    this.taking = new Taking(database.shown());
  }

  /** The ledger beside the table of the sink before. */
  static PostgresLedger before(Settings.Jdbc jdbc) {
    return new PostgresLedger(jdbc, null, Database.before(jdbc));
  }

  private interface Work<T> {
    T run(Connection connection, LedgerTables tables) throws SQLException;
  }

  private synchronized <T> T with(String doing, Work<T> work) {
    boolean reused = connection != null;
    try {
      return once(work);
    } catch (SQLException e) {
      drop();
      if (reused && SqlTrouble.isAway(e)) {
        // A session that was ended while it lay idle says nothing about the database now.
        return fresh(doing, work);
      }
      throw SqlTrouble.of(e, doing);
    }
  }

  private <T> T fresh(String doing, Work<T> work) {
    try {
      return once(work);
    } catch (SQLException e) {
      drop();
      throw SqlTrouble.of(e, doing);
    }
  }

  private <T> T once(Work<T> work) throws SQLException {
    if (connection == null) {
      connection = database.connect(sessionName);
    }
    LedgerTables tables = null;
    try {
      tables = LedgerTables.beside(connection, sink);
      T result = work.run(connection, tables);
      connection.commit();
      return result;
    } catch (SQLException e) {
      if (tables != null && SqlTrouble.isDenied(e)) {
        Trouble refused = tables.denied(connection, e);
        drop();
        throw refused;
      }
      throw e;
    } catch (Trouble e) {
      drop();
      throw e;
    }
  }

  private void drop() {
    if (connection != null) {
      Database.closeQuietly(connection);
      connection = null;
    }
  }

  @Override
  public String shown() {
    return database.shown();
  }

  @Override
  public void connect() {
    with("connecting", (c, tables) -> null);
  }

  @Override
  public Optional<LedgerState> read(String jobId) {
    return with(
        "reading the ledger",
        (c, tables) -> tables.exist(c) ? tables.state(c, jobId) : Optional.<LedgerState>empty());
  }

  @Override
  public Optional<KnownJob> known(String by) {
    return with(
        "looking for the job in the ledger",
        (c, tables) ->
            OwnerColumn.exists(c, tables.jobs())
                ? OwnerColumn.find(c, tables.jobs(), by)
                : Optional.<KnownJob>empty());
  }

  @Override
  public LedgerState takeEpoch(String jobId, long epoch, int revision) {
    return taken(
        "taking epoch " + epoch,
        jobId,
        epoch,
        (c, tables) ->
            Taking.row(
                c,
                tables,
                jobId,
                owner,
                epoch,
                revision,
                "j.epoch < excluded.epoch AND j.state = 'open'"));
  }

  @Override
  public synchronized Optional<Position> seal(String jobId, long epoch) {
    return with(
        "sealing the ledger",
        (c, tables) -> {
          if (!tables.exist(c)) {
            return Optional.empty();
          }
          HandOver handOver = new HandOver(c, tables, jobId);
          if (tables.state(c, jobId).filter(state -> !state.sealed()).isPresent()) {
            taking.take(c, tables, jobId, epoch, () -> handOver.seal(epoch));
          }
          return handOver.position();
        });
  }

  @Override
  public LedgerState takeOver(String jobId, long epoch, int revision, Position position) {
    return taken(
        "taking the ledger over",
        jobId,
        epoch,
        (c, tables) -> new HandOver(c, tables, jobId).takeOver(owner, epoch, revision, position));
  }

  private synchronized LedgerState taken(
      String doing, String jobId, long epoch, Work<Boolean> change) {
    sessionName = Database.sessionName(jobId, epoch);
    return with(
        doing,
        (c, tables) -> {
          rename(c);
          if (!tables.exist(c) || !OwnerColumn.exists(c, tables.jobs())) {
            tables.create(c);
          }
          c.commit();
          taking.take(c, tables, jobId, epoch, () -> change.run(c, tables));
          return tables.state(c, jobId).orElseThrow();
        });
  }

  /**
   * The connection may be older than the epoch. Committed at once: a roll-back would give it its
   * old name again.
   */
  private void rename(Connection c) throws SQLException {
    try (Statement statement = c.createStatement()) {
      statement.execute("SET application_name = '" + sessionName + "'");
    }
    c.commit();
  }

  @Override
  public LedgerState open(
      String jobId, long epoch, LedgerIdentity identity, Map<Partition, Long> startingOffsets) {
    return with(
        "opening the ledger",
        (c, tables) -> {
          Opening opening = new Opening(c, tables, jobId);
          opening.requireEpoch(epoch);
          opening.requireIdentity(identity);
          opening.insert(identity, startingOffsets);
          return tables.state(c, jobId).orElseThrow();
        });
  }

  @Override
  public LedgerState skip(String jobId, long epoch, List<Skipped> ranges) {
    return with(
        "skipping what Kafka has dropped",
        (c, tables) -> {
          new Opening(c, tables, jobId).requireEpoch(epoch);
          SkippedRanges skipped = new SkippedRanges(c, tables, jobId);
          skipped.note(epoch, ranges);
          skipped.move(ranges);
          return tables.state(c, jobId).orElseThrow();
        });
  }

  @Override
  public synchronized void close() {
    drop();
  }
}
