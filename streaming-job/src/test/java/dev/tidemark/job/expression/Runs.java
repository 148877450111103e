package dev.tidemark.job.expression;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.StructType;

/** Records, and what a pipeline makes of them. */
final class Runs {
  private Runs() {}

  static ConsumerRecord<byte[], byte[]> record(long offset, String key, String value) {
    RecordHeaders headers = new RecordHeaders();
    headers.add("trace", "abc".getBytes(StandardCharsets.UTF_8));
    return new ConsumerRecord<>(
        "events",
        3,
        offset,
        1_700_000_000_123L,
        TimestampType.CREATE_TIME,
        -1,
        -1,
        bytes(key),
        bytes(value),
        headers,
        Optional.empty());
  }

  static byte[] bytes(String text) {
    return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
  }

  static List<List<Object>> run(String filter, List<String> select, String... values) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      records.add(record(100 + i, "k" + i, values[i]));
    }
    return rows(Pipeline.compile(new Selection(null, filter, select)), records);
  }

  /** Interpreted and generated code must agree: a replay may meet either. */
  static List<List<Object>> rows(
      CompiledPipeline pipeline, List<ConsumerRecord<byte[], byte[]>> records) {
    List<List<Object>> interpreted = made(pipeline, records);
    pipeline.generate();
    assertThat(made(pipeline, records)).isEqualTo(interpreted);
    return interpreted;
  }

  static List<List<Object>> made(
      CompiledPipeline pipeline, List<ConsumerRecord<byte[], byte[]>> records) {
    StructType schema = pipeline.schema();
    List<List<Object>> rows = new ArrayList<>();
    Rows made = pipeline.apply(records.iterator(), Malformed.STOPS);
    while (made.hasNext()) {
      InternalRow row = made.next();
      List<Object> values = new ArrayList<>();
      for (int i = 0; i < schema.length(); i++) {
        Object value = row.isNullAt(i) ? null : row.get(i, schema.fields()[i].dataType());
        values.add(
            value instanceof org.apache.spark.unsafe.types.UTF8String ? value.toString() : value);
      }
      rows.add(values);
    }
    assertThat(made.records()).isEqualTo(records.size());
    return rows;
  }

  static Object one(String expression, String value) {
    List<List<Object>> rows = run(null, List.of(expression + " AS x"), value);
    assertThat(rows).hasSize(1);
    return rows.get(0).get(0);
  }
}
