package dev.tidemark.job.ledger;

import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;

/** The steps of opening a ledger, all in one transaction of the caller. */
final class Opening {

  /** Kafka's id of a topic on brokers that give topics no ids. */
  private static final String NO_ID = "AAAAAAAAAAAAAAAAAAAAAA";

  private final Connection connection;
  private final LedgerTables tables;
  private final String jobId;

  Opening(Connection connection, LedgerTables tables, String jobId) {
    this.connection = connection;
    this.tables = tables;
    this.jobId = jobId;
  }

  void requireEpoch(long epoch) throws SQLException {
    String sql = "SELECT epoch, state FROM " + tables.jobs() + " WHERE job_id = ? FOR UPDATE";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, jobId);
      try (ResultSet result = statement.executeQuery()) {
        EpochRule.require(result, jobId, epoch);
      }
    }
  }

  void requireIdentity(LedgerIdentity identity) throws SQLException {
    String sql =
        "SELECT DISTINCT cluster_id, topic, topic_id FROM "
            + tables.offsets()
            + " WHERE job_id = ?";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, jobId);
      try (ResultSet result = statement.executeQuery()) {
        while (result.next()) {
          String topic = result.getString(2);
          String topicId = identity.topicIds().get(topic);
          if (topicId != null) {
            compare(identity.clusterId(), topicId, result.getString(1), topic, result.getString(3));
          }
        }
      }
    }
  }

  private void compare(
      String cluster, String topicId, String ledgerCluster, String topic, String ledgerTopicId) {
    boolean idsKnown = !topicId.equals(NO_ID) && !ledgerTopicId.equals(NO_ID);
    String what =
        !cluster.equals(ledgerCluster)
            ? "of Kafka cluster "
                + ledgerCluster
                + ", but the brokers now belong to cluster "
                + cluster
            : idsKnown && !topicId.equals(ledgerTopicId)
                ? "of the topic with id "
                    + ledgerTopicId
                    + ", but it was deleted and created again and now has id "
                    + topicId
                : null;
    if (what != null) {
      throw new Trouble(
          Reason.TopicRecreated,
          "the ledger's offsets of topic "
              + topic
              + " are those "
              + what
              + "; offsets of one mean nothing in the other. If the new topic shall be read from its start, run: DELETE FROM "
              + tables.offsets()
              + " WHERE job_id = '"
              + jobId.replace("'", "''")
              + "' AND topic = '"
              + topic.replace("'", "''")
              + "';");
    }
  }

  /** Gives partitions that have no place yet a place. */
  void insert(LedgerIdentity identity, Map<Partition, Long> startingOffsets) throws SQLException {
    write(identity, startingOffsets, "DO NOTHING");
  }

  /** Puts partitions where another ledger had them. */
  void replace(Position position) throws SQLException {
    write(
        position.identity(),
        position.until(),
        "DO UPDATE SET cluster_id = excluded.cluster_id, topic_id = excluded.topic_id,"
            + " until_offset = excluded.until_offset");
  }

  private void write(LedgerIdentity identity, Map<Partition, Long> offsets, String known)
      throws SQLException {
    String sql =
        "INSERT INTO "
            + tables.offsets()
            + " (job_id, cluster_id, topic, topic_id, partition, until_offset) VALUES (?, ?, ?, ?, ?, ?)"
            + " ON CONFLICT (job_id, topic, partition) "
            + known;
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (Map.Entry<Partition, Long> entry : offsets.entrySet()) {
        Partition partition = entry.getKey();
        statement.setString(1, jobId);
        statement.setString(2, identity.clusterId());
        statement.setString(3, partition.topic());
        statement.setString(4, identity.topicIds().getOrDefault(partition.topic(), NO_ID));
        statement.setInt(5, partition.number());
        statement.setLong(6, entry.getValue());
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }
}
