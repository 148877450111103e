package dev.tidemark.job.expression;

import static dev.tidemark.job.expression.Runs.bytes;
import static dev.tidemark.job.expression.Runs.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.settings.Settings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ValueReadingTest {
  private static final Settings.Value JSON =
      new Settings.Value(
          "Json",
          "id BIGINT, customer STRUCT<name: STRING>, at TIMESTAMP, tags ARRAY<STRING>",
          "None");
  private static final String ORDER =
      """
      {"type": "record", "name": "Order", "fields": [
        {"name": "id", "type": "long"}, {"name": "customer", "type": ["null", "string"]}]}
      """;

  private static CompiledPipeline pipeline(Settings.Value value, String filter, String... select) {
    return Pipeline.check(new Selection(value, filter, List.of(select)));
  }

  private static List<ConsumerRecord<byte[], byte[]>> records(byte[]... values) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      records.add(new ConsumerRecord<>("events", 3, i, bytes("k"), values[i]));
    }
    return records;
  }

  private static List<ConsumerRecord<byte[], byte[]>> texts(String... values) {
    return records(Arrays.stream(values).map(Runs::bytes).toArray(byte[][]::new));
  }

  private static Trouble refused(Settings.Value value, String filter, String select) {
    return catchThrowableOfType(Trouble.class, () -> pipeline(value, filter, select));
  }

  private static byte[] order(long id, String customer) throws IOException {
    Schema schema = new Schema.Parser().parse(ORDER);
    GenericData.Record order = new GenericData.Record(schema);
    order.put("id", id);
    order.put("customer", customer);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
    new GenericDatumWriter<GenericData.Record>(schema).write(order, encoder);
    encoder.flush();
    return out.toByteArray();
  }

  private static byte[] framed(int id, byte[] value) {
    return ByteBuffer.allocate(5 + value.length).put((byte) 0).putInt(id).put(value).array();
  }

  @Test
  void fieldsOfJsonAreColumns() {
    CompiledPipeline pipeline =
        pipeline(
            JSON,
            "data.id > 1 OR value IS NULL",
            "data.id AS id",
            "upper(data.customer.name) AS name",
            "year(data.at) AS year",
            "size(data.tags) AS tags",
            "key");
    assertThat(
            rows(
                pipeline,
                texts(
                    "{\"id\": 1}",
                    "{\"id\": 2, \"customer\": {\"name\": \"ada\", \"age\": 3}, \"more\": [1]}",
                    "{\"tags\": [\"a\", \"b\"], \"at\": \"2026-01-02T03:04:05Z\", \"id\": 3}",
                    "{}",
                    null)))
        .containsExactly(
            Arrays.asList(2L, "ADA", null, -1, "k"),
            Arrays.asList(3L, null, 2026, 2, "k"),
            Arrays.asList(null, null, null, -1, "k"));
  }

  @Test
  void allOfItIsSeenByAStarAndNothingElse() {
    assertThat(pipeline(JSON, null, "data.*").schema().fieldNames())
        .containsExactly("id", "customer", "at", "tags");
    assertThat(pipeline(JSON, null, "*").schema().fieldNames())
        .containsExactly(
            "key", "value", "topic", "partition", "offset", "timestamp", "headers", "data");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"id\": \"two\"}",
        "{\"id\": 2",
        "[{\"id\": 2}]",
        "no JSON",
        "{\"customer\": [1]}",
      })
  void jsonThatDoesNotFitIsMalformed(String value) {
    CompiledPipeline pipeline = pipeline(JSON, null, "topic"); // also where nothing asks for it
    List<ConsumerRecord<byte[], byte[]>> records = texts("{\"id\": 1}", value, "{\"id\": 3}");
    Trouble failed = catchThrowableOfType(Trouble.class, () -> rows(pipeline, records));
    assertThat(failed.reason()).isEqualTo(Reason.InvalidSchema);
    assertThat(failed.getMessage())
        .startsWith("source.value.schema: failed on the record at partition events-3, offset 1: ")
        .contains("source.onMalformed")
        .doesNotContain("PERMISSIVE");
    List<Long> met = new ArrayList<>();
    Rows rows = pipeline.apply(records.iterator(), (record, why) -> met.add(record.offset()));
    int made = 0;
    while (rows.hasNext()) {
      rows.next();
      made++;
    }
    assertThat(made).isEqualTo(2);
    assertThat(met).containsExactly(1L);
  }

  @Test
  void avroIsReadByTheSchemaItWasWrittenWith() throws IOException {
    Settings.Value avro = new Settings.Value("Avro", ORDER, "None");
    assertThat(
            rows(
                pipeline(avro, "data.id <> 2", "data.id AS id", "data.customer AS customer"),
                records(order(1, "ada"), order(2, "bob"), order(300, null), null)))
        .containsExactly(Arrays.asList(1L, "ada"), Arrays.asList(300L, null));
  }

  @Test
  void theFrameOfASchemaRegistryIsLeftOut() throws IOException {
    Settings.Value avro = new Settings.Value("Avro", ORDER, "SchemaRegistry");
    CompiledPipeline pipeline = pipeline(avro, null, "data.id AS id");
    assertThat(rows(pipeline, records(framed(7, order(1, "ada")), null)))
        .containsExactly(List.of(1L), Arrays.asList((Object) null));
    Trouble bare =
        catchThrowableOfType(Trouble.class, () -> rows(pipeline, records(order(1, "ada"))));
    assertThat(bare.reason()).isEqualTo(Reason.InvalidSchema);
    assertThat(bare.getMessage()).contains("offset 0").contains("framing: SchemaRegistry");
  }

  @Test
  void avroThatIsCutShortIsMalformed() throws IOException {
    CompiledPipeline pipeline =
        pipeline(new Settings.Value("Avro", ORDER, "None"), null, "data.id AS id");
    byte[] whole = order(1, "ada");
    Trouble failed =
        catchThrowableOfType(
            Trouble.class, () -> rows(pipeline, records(Arrays.copyOf(whole, whole.length - 1))));
    assertThat(failed.reason()).isEqualTo(Reason.InvalidSchema);
  }

  @Test
  void anAggregateIsMadeOfItsFields() {
    Settings.Aggregate aggregate =
        new Settings.Aggregate(
            List.of("name"), List.of("sum(id) AS total", "count(*) AS n"), "Running", null);
    Aggregation aggregation =
        Aggregation.check(
            new Selection(JSON, "data.id > 0", List.of("data.customer.name AS name", "data.id")),
            aggregate);
    assertThat(aggregation.schema().fieldNames()).containsExactly("name", "total", "n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "Json | id BIGNUM                        | BIGNUM",
        "Json | id BIGINT customer STRING        | customer",
        "Json | m MAP<BIGINT, STRING>            | MAP",
        "Json | c CHAR(3) NULL NULL              | NULL",
        "Avro | {\"type\": \"record\"}           | record",
        "Avro | id BIGINT                        | id",
      })
  void whatIsNoSchemaIsRefused(String format, String schema, String says) {
    Trouble refused = refused(new Settings.Value(format, schema, "None"), null, "key");
    assertThat(refused.reason()).isEqualTo(Reason.InvalidSchema);
    assertThat(refused.getMessage()).startsWith("source.value.schema: ").containsIgnoringCase(says);
  }

  @Test
  void fieldsThatAreNotThereAreNamed() {
    assertThat(refused(JSON, "data.price > 1", "key").getMessage())
        .startsWith("filter: ")
        .contains("price")
        .contains("customer");
    assertThat(refused(JSON, "dat.id > 1", "key").getMessage())
        .contains("unknown column 'dat.id'")
        .contains("headers, data");
    assertThat(refused(null, "dat.id > 1", "key").getMessage())
        .endsWith("headers at character 1 (in: dat.id > 1)");
  }
}
