package dev.tidemark.job.engine.structured;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.job.ledger.LedgerState.Partition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.connector.read.streaming.Offset;
import org.apache.spark.sql.execution.streaming.CommitLog;
import org.apache.spark.sql.execution.streaming.CommitMetadata;
import org.apache.spark.sql.execution.streaming.OffsetSeq;
import org.apache.spark.sql.execution.streaming.OffsetSeqLog;
import org.apache.spark.sql.execution.streaming.OffsetSeqMetadata;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.Option;
import scala.collection.JavaConverters;

/** Logs that Spark itself has written. */
class QueriesTest {
  private static final Partition EVENTS = new Partition("events", 0);
  private static SparkSession session;

  @TempDir Path revision;

  @BeforeAll
  static void start() {
    session =
        new SparkSession(
            new SparkContext(
                new SparkConf(false)
                    .setMaster("local[1]")
                    .setAppName("logs")
                    .set("spark.ui.enabled", "false")
                    .set("spark.driver.host", "localhost")
                    .set("spark.driver.bindAddress", "127.0.0.1")
                    .set(Queries.PARTITIONS, "3")));
  }

  @AfterAll
  static void stop() {
    session.close();
  }

  private String query(long epoch) throws IOException {
    return Files.createDirectories(revision.resolve("q%010d".formatted(epoch))).toString();
  }

  private static void begun(String query, long batch, long until) {
    OffsetSeqMetadata metadata = OffsetSeqMetadata.apply(0, 1_700_000_000_000L, session.conf());
    Offset offset = new TopicOffset(Map.of(EVENTS, until), 0);
    boolean added =
        new OffsetSeqLog(session, query + "/offsets")
            .add(
                batch,
                new OffsetSeq(
                    JavaConverters.asScalaBuffer(List.of(Option.apply(offset))),
                    Option.apply(metadata)));
    assertThat(added).isTrue();
  }

  private static void done(String query, long batch) {
    assertThat(new CommitLog(session, query + "/commits").add(batch, new CommitMetadata(0)))
        .isTrue();
  }

  private Optional<FoundQuery> newest(long floor) throws IOException {
    return new Queries(revision.toString(), new Configuration()).newest(floor);
  }

  @Test
  void thereIsNone() throws IOException {
    assertThat(newest(0)).isEmpty();
    Files.delete(revision);
    assertThat(newest(0)).isEmpty();
    Files.createDirectory(revision);
  }

  @Test
  void tellsWhereTheNewestBatchBeginsAndEnds() throws IOException {
    String query = query(4);
    begun(query, 0, 10);
    FoundQuery first = newest(0).orElseThrow();
    assertThat(first.batch()).isZero();
    assertThat(first.from()).isNull();
    assertThat(first.done()).isFalse();
    done(query, 0);
    assertThat(newest(0).orElseThrow().done()).isTrue();
    for (int batch = 1; batch <= 11; batch++) { // 9 comes after 11 in the order of names
      begun(query, batch, 10 + batch);
    }
    FoundQuery last = newest(0).orElseThrow();
    assertThat(last.batch()).isEqualTo(11);
    assertThat(last.from()).isEqualTo(Map.of(EVENTS, 20L));
    assertThat(last.until()).isEqualTo(Map.of(EVENTS, 21L));
    assertThat(last.done()).isFalse();
    assertThat(last.partitions()).isEqualTo(3);
    assertThat(last.path()).endsWith("/q0000000004");
  }

  @Test
  void theNewestThatHasBegunABatchCountsAndNoneBelowTheFloor() throws IOException {
    begun(query(4), 0, 10);
    begun(query(7), 0, 20);
    query(9);
    assertThat(newest(0).orElseThrow().path()).endsWith("/q0000000007");
    assertThat(newest(7).orElseThrow().path()).endsWith("/q0000000007");
    assertThat(newest(8)).isEmpty();
  }

  /** Not the one before it: that stands where the ledger was long ago. */
  @Test
  void whatCannotBeReadIsNone() throws IOException {
    begun(query(4), 0, 10);
    String damaged = query(7);
    begun(damaged, 0, 20);
    begun(damaged, 1, 30);
    Path log = Path.of(damaged, "offsets", "1");
    byte[] whole = Files.readAllBytes(log);
    for (String content : List.of("", "v1", "v1\n{}\n{\"events\":{\"0\":30}}", "v9\n{}\n{}")) {
      Files.writeString(log, content);
      Files.deleteIfExists(log.resolveSibling(".1.crc"));
      assertThat(newest(0)).as(content).isEmpty();
    }
    Files.write(log, whole);
    assertThat(newest(0)).isPresent();
    Files.delete(log.resolveSibling("0"));
    assertThat(newest(0)).isEmpty();
  }

  @Test
  void keepsTheOwnOneAndSomeBeforeIt() throws IOException {
    for (long epoch : new long[] {2, 3, 5, 6, 8}) {
      begun(query(epoch), 0, epoch);
    }
    new Queries(revision.toString(), new Configuration()).prune(query(6), 1);
    assertThat(revision.toFile().list())
        .containsExactlyInAnyOrder(
            "q0000000002", "q0000000003", "q0000000005", "q0000000006", "q0000000008");
    // 8 is of a later run, whose business it is
    new Queries(revision.toString(), new Configuration()).prune(query(8), 1);
    assertThat(revision.toFile().list()).containsExactlyInAnyOrder("q0000000006", "q0000000008");
  }
}
