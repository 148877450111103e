package dev.tidemark.job.ledger;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/**
 * The column that says who writes ({@link Ledgers#owner}), by which a job is found again whose
 * owner record is lost. Tables of the first version lack it.
 */
final class OwnerColumn {
  private OwnerColumn() {}

  static String ddl(String jobs) {
    return "ALTER TABLE " + jobs + " ADD COLUMN IF NOT EXISTS owner text";
  }

  static boolean exists(Connection connection, String jobs) throws SQLException {
    return Database.isTrue(
        connection,
        "SELECT EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass(?) AND attname = 'owner'"
            + " AND NOT attisdropped)",
        jobs);
  }

  /** True when it is not there and the role may not add it. */
  static boolean isLacking(Connection connection, String jobs) throws SQLException {
    return !exists(connection, jobs)
        && !Database.isTrue(
            connection,
            "SELECT coalesce((SELECT pg_has_role(relowner, 'MEMBER') FROM pg_class WHERE oid = to_regclass(?)),"
                + " false)",
            jobs);
  }

  /** The job that wrote last under this name; the column must be there. */
  static Optional<KnownJob> find(Connection connection, String jobs, String owner)
      throws SQLException {
    String sql =
        "SELECT job_id, revision, epoch FROM "
            + jobs
            + " WHERE owner = ? ORDER BY updated_at DESC LIMIT 1";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, owner);
      try (ResultSet result = statement.executeQuery()) {
        return result.next()
            ? Optional.of(new KnownJob(result.getString(1), result.getInt(2), result.getLong(3)))
            : Optional.empty();
      }
    }
  }
}
