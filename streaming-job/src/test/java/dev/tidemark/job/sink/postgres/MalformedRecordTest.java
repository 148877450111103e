package dev.tidemark.job.sink.postgres;

import static dev.tidemark.job.sink.EventRecords.range;
import static dev.tidemark.job.sink.EventRecords.records;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tidemark.job.expression.Malformed;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.real.RealPostgres;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.sink.Written;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Records on which an expression fails: half an escape, here. */
class MalformedRecordTest {
  private static final List<String> DECODED = List.of("url_decode(value) AS value");

  private final RealPostgres postgres = RealPostgres.fresh();
  private final SinkStage stage = SinkStage.of(postgres);
  private final List<Long> met = new ArrayList<>();
  private final List<Integer> metAtEnd = new ArrayList<>();

  @AfterEach
  void endSessions() {
    Sessions.closeAll();
  }

  private static Iterator<ConsumerRecord<byte[], byte[]>> everyOtherIsBroken() {
    return records(0, 6, o -> o % 2 == 0 ? "v" + o : "%" + o, o -> {});
  }

  private final class LeftOut implements Malformed {
    @Override
    public void met(ConsumerRecord<byte[], byte[]> record, Trouble why) {
      assertThat(why.getMessage()).contains("offset " + record.offset());
      met.add(record.offset());
    }

    @Override
    public void end() {
      metAtEnd.add(met.size());
    }
  }

  @Test
  void stopsTheJobUnlessItIsAskedFor() {
    PostgresRowSink sink = stage.epoch(1, 0).sink(1, null, DECODED);
    Trouble trouble =
        catchThrowableOfType(Trouble.class, () -> sink.write(range(0, 6), everyOtherIsBroken()));
    assertThat(trouble.reason()).isEqualTo(Reason.InvalidSelect);
    assertThat(trouble.getMessage()).contains("offset 1").contains("source.onMalformed");
    assertThat(stage.values()).isEmpty();
    assertThat(stage.until()).isZero();
  }

  @Test
  void isLeftOutAndTheRestIsWritten() {
    PostgresRowSink sink = stage.epoch(1, 0).sink(1, null, DECODED);
    Written written = sink.write(range(0, 6), everyOtherIsBroken(), new LeftOut());
    assertThat(written).isEqualTo(new Written(6, 3, false));
    assertThat(stage.values()).containsExactly("v0", "v2", "v4");
    assertThat(met).containsExactly(1L, 3L, 5L);
    assertThat(metAtEnd).as("told once, before the commit").containsExactly(3);
    assertThat(stage.until()).isEqualTo(6);
  }

  @Test
  void isLeftOutWhereAFilterFails() {
    PostgresRowSink sink = stage.epoch(1, 0).sink(1, "url_decode(value) != 'v2'", List.of("value"));
    sink.write(range(0, 6), everyOtherIsBroken(), new LeftOut());
    assertThat(stage.values()).containsExactly("v0", "v4");
    assertThat(met).containsExactly(1L, 3L, 5L);
  }

  @Test
  void onlyTheElementIsLeftOutOfAnExplode() {
    PostgresRowSink sink =
        stage
            .epoch(1, 0)
            .sink(
                1,
                "url_decode(value) IS NOT NULL",
                List.of("explode(split(url_decode(value), ',')) AS value"));
    sink.write(range(0, 2), records(0, 2, o -> o == 0 ? "a,b" : "c,%", o -> {}), new LeftOut());
    assertThat(stage.values()).containsExactly("a", "b");
    assertThat(met).containsExactly(1L);
  }

  @Test
  void isPutAwayOnce() {
    stage.epoch(1, 0);
    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>("events", 2, 7, null, new byte[] {'%', 0, (byte) 0xff});
    DeadLetters letters = new DeadLetters(stage.jdbc, stage.job, 1);
    letters.write(List.of(new DeadLetters.Letter(record, "select: failed")));
    letters.write(List.of(new DeadLetters.Letter(record, "select: failed again")));
    assertThat(
            postgres.list(
                "SELECT concat_ws(' ', topic, partition, \"offset\", why, encode(value, 'hex'))"
                    + " FROM tidemark_dead_letters"))
        .containsExactly("events 2 7 select: failed 2500ff");
  }

  @Test
  void recordsMustBeAbleToBePutAway() {
    String role = "reader_" + postgres.one("SELECT current_database()");
    postgres.run("CREATE ROLE " + role + " LOGIN", "REVOKE CREATE ON SCHEMA public FROM PUBLIC");
    Settings.Jdbc weak =
        new Settings.Jdbc(postgres.url(postgres.port(), role), "results", false, "Append");
    Trouble refused = refused(weak);
    assertThat(refused.reason()).isEqualTo(Reason.LedgerPermissionDenied);
    String message = refused.getMessage();
    postgres.run(message.substring(message.indexOf("CREATE TABLE")));
    SinkCheck.deadLetters(weak);
    postgres.run("REVOKE INSERT ON tidemark_dead_letters FROM " + role);
    assertThat(refused(weak).reason()).isEqualTo(Reason.LedgerPermissionDenied);
  }

  private static Trouble refused(Settings.Jdbc jdbc) {
    return catchThrowableOfType(Trouble.class, () -> SinkCheck.deadLetters(jdbc));
  }
}
