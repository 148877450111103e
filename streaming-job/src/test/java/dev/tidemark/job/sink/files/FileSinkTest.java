package dev.tidemark.job.sink.files;

import static dev.tidemark.job.sink.EventRecords.P0;
import static dev.tidemark.job.sink.EventRecords.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tidemark.backup.real.RealMinio;
import dev.tidemark.job.ledger.Claim;
import dev.tidemark.job.ledger.CommittedFile;
import dev.tidemark.job.ledger.FilesLedger;
import dev.tidemark.job.ledger.LedgerIdentity;
import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.ledger.PartitionRange;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.owner.CheckpointPath;
import dev.tidemark.job.owner.Minio;
import dev.tidemark.job.owner.Secrets;
import dev.tidemark.job.owner.StoreClient;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.settings.SettingsFile;
import dev.tidemark.job.sink.Part;
import dev.tidemark.job.sink.Staged;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Files in a real MinIO. */
@Tag("store")
class FileSinkTest {
  private static final StructType SCHEMA =
      new StructType()
          .add("word", DataTypes.StringType)
          .add("n", DataTypes.LongType)
          .add("at", DataTypes.TimestampType)
          .add("price", DataTypes.createDecimalType(10, 2))
          .add("many", DataTypes.createArrayType(DataTypes.IntegerType));
  private static final LedgerIdentity KAFKA =
      new LedgerIdentity("cluster", Map.of("events", "topic"));
  private static final long NEW_YEAR_MICROS = 1_767_225_600_000_000L;

  @TempDir Path etc;
  private String endpoint;
  private String prefix;
  private S3Client client;

  @BeforeEach
  void start() {
    endpoint = Minio.needed(RealMinio.endpoint(), "a sink of files");
    Secrets.mount(etc, RealMinio.USER, RealMinio.PASSWORD);
    prefix = UUID.randomUUID().toString();
    client = StoreClient.of(new Settings.S3(endpoint, "us-east-1", true));
  }

  @AfterEach
  void stop() {
    client.close();
    System.clearProperty("tidemark.etc");
  }

  private Settings settings(String format, String definition) {
    try {
      return SettingsFile.parse(
          Files.readString(Path.of("../contract/settings/files.json"))
              .replace("http://minio:9000", endpoint)
              .replace("s3a://results/important", "s3a://streams/" + prefix)
              .replace("\"Parquet\"", "\"" + format + "\"")
              .replaceFirst(
                  "\"definitionDigest\" : \"[^\"]*\"",
                  "\"definitionDigest\" : \"" + definition + "\""));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private FileSink run(Settings settings, String job, long epoch) {
    try (FilesLedger ledger = FilesLedger.at(settings.definition().sink().s3(), settings)) {
      ledger.takeEpoch(job, epoch, 1);
      ledger.open(job, epoch, KAFKA, Map.of(P0, 0L));
    }
    FileSink sink = new FileSink(settings, job, epoch, SCHEMA);
    sink.open();
    return sink;
  }

  private static Optional<Claim> claim(FileSink sink, long until) {
    return sink.claim(1, List.of(range(0, until)));
  }

  private static InternalRow row(String word, long n) {
    return new GenericInternalRow(
        new Object[] {
          UTF8String.fromString(word),
          n,
          NEW_YEAR_MICROS,
          org.apache.spark.sql.types.Decimal.apply("12.50"),
          new org.apache.spark.sql.catalyst.util.GenericArrayData(new int[] {1, 2})
        });
  }

  private static Staged stage(FileSink sink, Claim claim, InternalRow... rows) {
    return sink.stage(claim.number(), new Part(1, 1, 7), List.of(rows).iterator());
  }

  private byte[] bytes(String name) {
    return client.getObjectAsBytes(r -> r.bucket("streams").key(prefix + "/" + name)).asByteArray();
  }

  private List<String> names() {
    return client.listObjectsV2(r -> r.bucket("streams").prefix(prefix + "/")).contents().stream()
        .map(S3Object::key)
        .map(key -> key.substring(prefix.length() + 1))
        .toList();
  }

  @Test
  void linesOfJson() {
    FileSink sink = run(settings("JsonLines", "d"), "j", 1);
    Claim claim = claim(sink, 2).orElseThrow();
    Staged staged = stage(sink, claim, row("a\nb", 1), row("ü", 2));
    sink.commit(claim.number(), List.of(staged), claim.ranges());
    assertThat(new String(bytes("0000000001-1-of-1.jsonl"), StandardCharsets.UTF_8))
        .isEqualTo(
            """
            {"word":"a\\nb","n":1,"at":"2026-01-01T00:00:00.000Z","price":12.50,"many":[1,2]}
            {"word":"ü","n":2,"at":"2026-01-01T00:00:00.000Z","price":12.50,"many":[1,2]}
            """);
    assertThat(new String(bytes("_commits/0000000001.json"), StandardCharsets.UTF_8))
        .contains("\"voided\" : false", "\"name\" : \"0000000001-1-of-1.jsonl\"", "\"rows\" : 2");
    assertThat(claim(sink, 2)).as("committed").isEmpty();
  }

  @Test
  void parquetThatAnybodyReads() throws IOException {
    FileSink sink = run(settings("Parquet", "d"), "j", 1);
    Claim claim = claim(sink, 2).orElseThrow();
    Staged staged = stage(sink, claim, row("a", 1), row("b", 2));
    sink.commit(claim.number(), List.of(staged), claim.ranges());
    Path local = Files.write(etc.resolve("read.parquet"), bytes("0000000001-1-of-1.parquet"));
    List<String> read = new ArrayList<>();
    try (ParquetReader<Group> reader =
        ParquetReader.builder(new GroupReadSupport(), new org.apache.hadoop.fs.Path(local.toUri()))
            .build()) {
      for (Group group = reader.read(); group != null; group = reader.read()) {
        read.add(group.getString("word", 0) + group.getLong("n", 0) + "@" + group.getLong("at", 0));
      }
    }
    assertThat(read).containsExactly("a1@" + NEW_YEAR_MICROS, "b2@" + NEW_YEAR_MICROS);
  }

  @Test
  void aClaimIsFinishedByTheNextRunWithItsOwnRanges() {
    Settings settings = settings("JsonLines", "d");
    FileSink first = run(settings, "j", 1);
    stage(first, claim(first, 3).orElseThrow(), row("a", 1));

    FileSink second = run(settings, "j", 2);
    Claim again = claim(second, 9).orElseThrow();
    assertThat(again.ranges()).containsExactly(range(0, 3));
    CommittedFile file = stage(second, again, row("other", 1), row("rows", 2)).file();
    assertThat(file.rows()).as("what was written before stays").isEqualTo(1);
    assertThat(
            catchThrowableOfType(
                    Trouble.class, () -> first.commit(again.number(), List.of(), List.of()))
                .reason())
        .isEqualTo(Reason.Fenced);
  }

  @Test
  void whatAnotherDefinitionClaimedIsGivenUp() {
    FileSink first = run(settings("JsonLines", "d"), "j", 1);
    Claim old = claim(first, 3).orElseThrow();
    Staged staged = stage(first, old, row("a", 1));

    FileSink second = run(settings("JsonLines", "changed"), "j", 2);
    Claim next = claim(second, 9).orElseThrow();
    assertThat(next).isEqualTo(new Claim(2, List.of(range(0, 9))));
    assertThat(names()).noneMatch(name -> name.endsWith(".jsonl"));
    Trouble refused =
        catchThrowableOfType(
            Trouble.class, () -> first.commit(old.number(), List.of(staged), old.ranges()));
    assertThat(refused.reason()).isEqualTo(Reason.Fenced);
  }

  @Test
  void aPartitionThatIsReadNoMoreHoldsNothingUp() {
    Settings settings = settings("JsonLines", "d");
    Partition gone = new Partition("gone", 0);
    try (FilesLedger ledger = FilesLedger.at(settings.definition().sink().s3(), settings)) {
      ledger.takeEpoch("j", 1, 1);
      ledger.open(
          "j",
          1,
          new LedgerIdentity("cluster", Map.of("events", "topic", "gone", "other")),
          Map.of(P0, 0L, gone, 0L));
    }
    FileSink first = new FileSink(settings, "j", 1, SCHEMA);
    first.claim(1, List.of(range(0, 3), new PartitionRange(gone, 0, 3)));
    assertThat(claim(run(settings, "j", 2), 3)).contains(new Claim(2, List.of(range(0, 3))));
  }

  @Test
  void aSealedLedgerKnowsHowTheLastClaimEnded() {
    Settings settings = settings("JsonLines", "d");
    FileSink sink = run(settings, "j", 1);
    Claim claim = claim(sink, 3).orElseThrow();
    stage(sink, claim, row("a", 1));
    try (FilesLedger ledger = FilesLedger.at(settings.definition().sink().s3(), settings)) {
      assertThat(ledger.seal("j", 2).orElseThrow().until()).containsEntry(P0, 0L);
      assertThat(names()).noneMatch(name -> name.endsWith(".jsonl"));
      assertThat(ledger.seal("j", 3).orElseThrow().until()).as("again").containsEntry(P0, 0L);
    }
    assertThat(
            catchThrowableOfType(
                    Trouble.class, () -> sink.commit(claim.number(), List.of(), claim.ranges()))
                .reason())
        .isEqualTo(Reason.Fenced);
  }

  @Test
  void aPathIsOneJobsAlone() {
    Settings settings = settings("JsonLines", "d");
    FilesCheck.run(settings, SCHEMA);
    assertThat(names()).as("a check leaves nothing").isEmpty();
    client.putObject(
        r -> r.bucket("streams").key(prefix + "/mine.csv"), RequestBody.fromString("a,b"));
    assertThat(refused(settings)).hasMessageContaining("is not empty: it holds mine.csv,");
    client.deleteObject(r -> r.bucket("streams").key(prefix + "/mine.csv"));

    run(settings, "j", 1);
    FilesCheck.run(settings, SCHEMA);
    assertThat(catchThrowableOfType(Trouble.class, () -> run(settings, "another", 1)).reason())
        .isEqualTo(Reason.SinkInUse);
    prefix = prefix + "/inside";
    assertThat(refused(settings("JsonLines", "d"))).hasMessageContaining("lies inside");
  }

  @Test
  void aColumnThatParquetCannotHoldIsSaidBefore() {
    StructType odd = new StructType().add("gap", DataTypes.CalendarIntervalType);
    Trouble trouble =
        catchThrowableOfType(Trouble.class, () -> FilesCheck.run(settings("Parquet", "d"), odd));
    assertThat(trouble.reason()).isEqualTo(Reason.InvalidSelect);
    assertThat(trouble).hasMessageContaining("Parquet has no type for gap");
  }

  private static Trouble refused(Settings settings) {
    Trouble trouble = catchThrowableOfType(Trouble.class, () -> FilesCheck.run(settings, SCHEMA));
    assertThat(trouble.reason()).isEqualTo(Reason.SinkInUse);
    return trouble;
  }

  @Test
  void theOwnerOfAPathIsKnownByItsFiles() {
    Settings settings = settings("JsonLines", "d");
    run(settings, "j", 4);
    try (FilesLedger ledger = FilesLedger.at(settings.definition().sink().s3(), settings)) {
      String owner = dev.tidemark.job.ledger.Ledgers.owner(settings);
      assertThat(ledger.known(owner).orElseThrow().jobId()).isEqualTo("j");
      assertThat(ledger.known("another")).isEmpty();
      assertThat(ledger.shown())
          .isEqualTo(
              CheckpointPath.parse("x", "s3a://streams/" + prefix) + "/_tidemark/ledger.json");
    }
  }
}
