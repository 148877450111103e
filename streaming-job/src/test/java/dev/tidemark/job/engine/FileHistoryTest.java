package dev.tidemark.job.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.job.ledger.Claim;
import dev.tidemark.job.ledger.FilesLedger;
import dev.tidemark.job.ledger.LedgerIdentity;
import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.ledger.PartitionRange;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.owner.Secrets;
import dev.tidemark.job.real.S3Stub;
import dev.tidemark.job.real.S3Stub.Fault;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.settings.SettingsFile;
import dev.tidemark.job.sink.Part;
import dev.tidemark.job.sink.Staged;
import dev.tidemark.job.sink.files.FileSink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random lives of a job that writes files: runs die before or after any request, frozen ones wake
 * up when a later run is at work, the definition and the number of tasks change. Whoever reads what
 * the commits list finds every record that the ledger holds once.
 */
class FileHistoryTest {
  private static final String JOB = "j";
  private static final int RUNS = 8;
  private static final StructType SCHEMA = new StructType().add("value", DataTypes.StringType);
  private static final Partition P0 = new Partition("events", 0);
  private static final Partition P1 = new Partition("events", 1);
  private static final LedgerIdentity KAFKA =
      new LedgerIdentity("cluster", Map.of("events", "topic"));

  @TempDir Path etc;
  private final S3Stub stub = new S3Stub();
  private final AtomicInteger untilFault = new AtomicInteger(Integer.MAX_VALUE);
  private final Deque<Run> frozen = new ArrayDeque<>();
  private Random random;
  private long epoch;

  @BeforeEach
  void mount() {
    Secrets.mount(etc, "user", "password");
  }

  @AfterEach
  void stop() {
    System.clearProperty("tidemark.etc");
    stub.close();
  }

  private Settings settings(int definition) {
    try {
      return SettingsFile.parse(
          Files.readString(Path.of("../contract/settings/files.json"))
              .replace("http://minio:9000", stub.endpoint())
              .replace("\"Parquet\"", "\"JsonLines\"")
              .replaceFirst(
                  "\"definitionDigest\" : \"[^\"]*\"",
                  "\"definitionDigest\" : \"digest-" + definition + "\""));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A run, and what it is in the middle of. */
  private final class Run {
    final int definition = random.nextInt(4) == 0 ? random.nextInt(3) : 0;
    final int tasks = 1 + random.nextInt(3);
    final FileSink sink = new FileSink(settings(definition), JOB, epoch, SCHEMA);
    final Map<Partition, Long> committed;
    Claim inHand;

    Run(Map<Partition, Long> ledger) {
      this.committed = new TreeMap<>(java.util.Comparator.comparing(Partition::number));
      committed.putAll(ledger);
    }

    void batch() {
      List<PartitionRange> ranges = new ArrayList<>();
      committed.forEach((p, at) -> ranges.add(new PartitionRange(p, at, at + random.nextInt(4))));
      Claiming.write(sink, 0, ranges, this::write);
      ranges.forEach(range -> committed.put(range.partition(), range.until()));
    }

    Output.Outcome write(Claim claim) {
      inHand = claim;
      if (random.nextInt(3) == 0) {
        wake();
      }
      List<Staged> staged = new ArrayList<>();
      for (int i = 1; i <= tasks; i++) {
        staged.add(stage(claim, i));
        if (random.nextInt(6) == 0) {
          staged.set(i - 1, stage(claim, i)); // a task that is run again
        }
      }
      boolean moved = sink.commit(claim.number(), staged, claim.ranges());
      inHand = null;
      return new Output.Outcome(0, 0, moved);
    }

    private Staged stage(Claim claim, int part) {
      List<InternalRow> rows = new ArrayList<>();
      for (PartitionRange range : claim.ranges()) {
        LongStream.range(range.from(), range.until())
            .filter(offset -> offset % tasks == part - 1)
            .mapToObj(offset -> range.partition() + "@" + offset)
            .forEach(text -> rows.add(row(text)));
      }
      return sink.stage(claim.number(), new Part(part, tasks, 1), rows.iterator());
    }

    /** Goes on where it was frozen, though another run may be at work. */
    void thaw() {
      if (inHand != null) {
        write(inHand);
      }
      batch();
    }
  }

  private static InternalRow row(String text) {
    return new GenericInternalRow(new Object[] {UTF8String.fromString(text)});
  }

  /** Somebody from before wakes up; it dies of what it meets. */
  private void wake() {
    Run zombie = frozen.poll();
    if (zombie == null) {
      return;
    }
    int mine = untilFault.getAndSet(Integer.MAX_VALUE);
    try {
      zombie.thaw();
    } catch (Trouble e) {
      assertThat(e.reason().name()).isIn("Fenced", "OffsetGap");
    } finally {
      untilFault.set(mine);
    }
  }

  private void run() {
    epoch++;
    try (FilesLedger ledger = FilesLedger.at(settings(0).definition().sink().s3(), settings(0))) {
      ledger.takeEpoch(JOB, epoch, 1);
      Run run = new Run(ledger.open(JOB, epoch, KAFKA, Map.of(P0, 0L, P1, 0L)).until());
      try {
        for (int i = random.nextInt(6); i >= 0; i--) {
          run.batch();
        }
      } finally {
        if (random.nextBoolean()) {
          frozen.add(run);
        }
      }
    }
  }

  private void faultsAtAnyRequest() {
    stub.faults(
        request ->
            untilFault.getAndDecrement() != 0
                ? Fault.NONE
                : random.nextBoolean() ? Fault.DENIED : Fault.SERVED_AND_DENIED);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void everyRecordIsInOneFileThatCounts(long seed) throws IOException {
    history(seed);
  }

  @Test
  void everyRecordIsInOneFileThatCountsWhateverTheSeed() throws IOException {
    history(System.nanoTime());
  }

  private void history(long seed) throws IOException {
    random = new Random(seed);
    faultsAtAnyRequest();
    for (int i = 0; i < RUNS; i++) {
      untilFault.set(random.nextInt(60));
      try {
        run();
      } catch (Trouble e) {
        assertThat(e.reason().name()).as("seed %d", seed).isEqualTo("StoreAccessDenied");
      }
    }
    untilFault.set(Integer.MAX_VALUE);
    run(); // whatever was left open is finished or given up
    while (!frozen.isEmpty()) {
      wake();
    }
    judge(seed);
  }

  private void judge(long seed) throws IOException {
    Map<String, String> objects = stub.all();
    List<String> read = new ArrayList<>();
    for (Map.Entry<String, String> object : objects.entrySet()) {
      if (object.getKey().contains("/_commits/")) {
        JsonNode commit = new ObjectMapper().readTree(object.getValue());
        for (JsonNode file : commit.get("files")) {
          assertThat(commit.get("voided").asBoolean()).as("seed %d", seed).isFalse();
          String text = objects.get("important/" + file.get("name").asText());
          assertThat(text).as("seed %d: %s", seed, file).isNotNull();
          text.lines().forEach(read::add);
        }
      }
    }
    List<String> expected = new ArrayList<>();
    try (FilesLedger ledger = FilesLedger.at(settings(0).definition().sink().s3(), settings(0))) {
      ledger
          .read(JOB)
          .orElseThrow()
          .until()
          .forEach(
              (partition, until) ->
                  LongStream.range(0, until)
                      .mapToObj(offset -> "{\"value\":\"" + partition + "@" + offset + "\"}")
                      .forEach(expected::add));
    }
    Collections.sort(read);
    Collections.sort(expected);
    assertThat(read).as("seed %d", seed).isEqualTo(expected);
    assertThat(read).as("seed %d", seed).isNotEmpty();
  }
}
