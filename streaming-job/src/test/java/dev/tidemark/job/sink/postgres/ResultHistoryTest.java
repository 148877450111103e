package dev.tidemark.job.sink.postgres;

import static dev.tidemark.job.sink.postgres.ResultStage.ranges;
import static dev.tidemark.job.sink.postgres.ResultStage.row;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.job.ledger.PartitionRange;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.real.CuttingProxy;
import dev.tidemark.job.real.CuttingProxy.Cut;
import dev.tidemark.job.real.RealPostgres;
import dev.tidemark.job.sink.Part;
import dev.tidemark.job.sink.ResultSink;
import dev.tidemark.job.sink.Staged;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.spark.sql.catalyst.InternalRow;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random histories of a job that counts words: batches, attempts that fail, repeated batches,
 * broken connections and new runs. After each step table and ledger equal what a model counts that
 * knows nothing of databases.
 */
@Timeout(300)
class ResultHistoryTest {

  private static final List<String> WORDS = List.of("a", "b", "B", "", "NULL", "tab\t", "é");

  @AfterEach
  void endSessions() {
    Sessions.closeAll();
  }

  private final RealPostgres postgres = RealPostgres.fresh();
  private final Map<String, Long> counts = new TreeMap<>();
  private final long[] until = new long[2];
  private long attempts;
  private long epoch;
  private PostgresResultSink sink;

  /** The word of a record, so that a repeated batch has the same results. */
  private static String word(int partition, long offset) {
    return WORDS.get((int) ((partition * 7L + offset * offset + offset / 3) % WORDS.size()));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void tableAndLedgerEqualTheModel(long seed) throws IOException {
    Random random = new Random(seed);
    try (CuttingProxy commits = new CuttingProxy(postgres.port(), "UPDATE \"public\".tidemark");
        CuttingProxy merges = new CuttingProxy(postgres.port(), "FOR UPDATE")) {
      CuttingProxy proxy = seed % 2 == 0 ? commits : merges;
      ResultStage stage = ResultStage.upserting(postgres, proxy.port());
      newRun(stage);
      List<PartitionRange> last = ranges(0, 0, 0, 0);
      int cuts = 0;
      for (int step = 1; step <= 40; step++) {
        if (random.nextInt(8) == 0) {
          repeated(step, last);
        }
        long to0 = until[0] + random.nextInt(5);
        long to1 = until[1] + random.nextInt(3);
        last = ranges(until[0], to0, until[1], to1);
        switch (random.nextInt(8)) {
          case 0 -> proxy.cut(Cut.BEFORE, Cut.NEVER);
          case 1 -> proxy.cut(Cut.AFTER, Cut.NEVER);
          case 2 -> stage.terminateSessions();
          case 3 -> overtaken(stage, step, last);
          case 4 -> wrong(step, random);
          default -> proxy.cut(Cut.NEVER, Cut.NEVER);
        }
        boolean armed = !proxy.hasCut();
        boolean due = batch(step, last, random);
        assertThat(due).as("seed %d step %d", seed, step).isTrue();
        compare(stage, seed, step);
        cuts += armed && proxy.hasCut() ? 1 : 0;
      }
      assertThat(cuts).as("connections cut in a commit").isGreaterThan(2);
    }
  }

  private void newRun(ResultStage stage) {
    stage.epoch(++epoch);
    sink = stage.sink(epoch);
    sink.open();
    attempts = 0;
  }

  /** Counts the records of a batch on top of what is known, as tasks with a state would. */
  private Map<String, Long> changed(List<PartitionRange> ranges) {
    Map<String, Long> changed = new TreeMap<>();
    for (PartitionRange range : ranges) {
      for (long offset = range.from(); offset < range.until(); offset++) {
        String word = word(range.partition().number(), offset);
        changed.put(word, changed.getOrDefault(word, counts.getOrDefault(word, 0L)) + 1);
      }
    }
    return changed;
  }

  private boolean batch(long time, List<PartitionRange> ranges, Random random) {
    Map<String, Long> changed = changed(ranges);
    boolean due = sink.commit(time, staged(time, changed, random), ranges);
    counts.putAll(changed);
    ranges.forEach(range -> until[range.partition().number()] = range.until());
    return due;
  }

  /** Up to three tasks stage the rows; before each one an attempt of it may have failed. */
  private List<Staged> staged(long time, Map<String, Long> changed, Random random) {
    List<Staged> staged = new ArrayList<>();
    for (int task = 0; task < 3; task++) {
      List<InternalRow> rows = new ArrayList<>();
      for (Map.Entry<String, Long> entry : changed.entrySet()) {
        if (Math.floorMod(entry.getKey().hashCode(), 3) == task) {
          String word = entry.getKey().equals("NULL") ? null : entry.getKey();
          rows.add(row(word, entry.getValue()));
        }
      }
      if (random.nextInt(5) == 0) {
        sink.stage(
            time, new Part(1, 1, ++attempts), List.of(row("failed attempt", time)).iterator());
      }
      staged.add(sink.stage(time, new Part(1, 1, ++attempts), rows.iterator()));
    }
    return staged;
  }

  /** The batch before, once more, with results that would be wrong by now. */
  private void repeated(long time, List<PartitionRange> last) {
    boolean moved = last.stream().anyMatch(range -> range.until() > range.from());
    if (moved) {
      Staged staged =
          sink.stage(time, new Part(1, 1, ++attempts), List.of(row("repeated", time)).iterator());
      assertThat(sink.commit(time, List.of(staged), last)).isFalse();
    }
  }

  /** A new run takes over after the old one has staged the batch: the old one commits no more. */
  private void overtaken(ResultStage stage, long time, List<PartitionRange> ranges) {
    PostgresResultSink old = sink;
    Staged staged =
        old.stage(time, new Part(1, 1, ++attempts), List.of(row("zombie", time)).iterator());
    newRun(stage);
    assertThat(reason(old, time, List.of(staged), ranges)).isEqualTo(Reason.Fenced);
  }

  /** Offsets that do not fit the ledger. */
  private void wrong(long time, Random random) {
    Staged staged =
        sink.stage(time, new Part(1, 1, ++attempts), List.of(row("wrong", time)).iterator());
    long ahead = until[0] + 1 + random.nextInt(3);
    assertThat(
            reason(sink, time, List.of(staged), ranges(ahead, ahead + 2, until[1], until[1] + 1)))
        .isEqualTo(Reason.OffsetGap);
    if (until[0] > 0) {
      long behind = until[0] - 1;
      assertThat(reason(sink, time, List.of(staged), ranges(behind, ahead, until[1], until[1] + 1)))
          .isEqualTo(Reason.CheckpointDiverged);
    }
  }

  private static Reason reason(
      ResultSink sink, long time, List<Staged> staged, List<PartitionRange> ranges) {
    try {
      sink.commit(time, staged, ranges);
      return null;
    } catch (Trouble e) {
      return e.reason();
    }
  }

  private void compare(ResultStage stage, long seed, int step) {
    List<String> expected = new ArrayList<>();
    counts.forEach((word, n) -> expected.add(word + "=" + n));
    assertThat(stage.rows())
        .as("seed %d step %d", seed, step)
        .containsExactlyInAnyOrderElementsOf(expected);
    assertThat(stage.ledger()).isEqualTo(until[0] + "," + until[1]);
    assertThat(stage.stagingTables()).containsExactly(stage.stagingTable(epoch));
  }
}
