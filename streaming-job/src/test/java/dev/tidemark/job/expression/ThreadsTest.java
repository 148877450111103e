package dev.tidemark.job.expression;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tasks of one JVM evaluate the same text at the same time. Many of Spark's expressions keep
 * something between two calls, and even within one: lambda variables, the last pattern, a format.
 */
class ThreadsTest {
  private static final int THREADS = 4;
  private static final int RECORDS = 4_000;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "concat(key, filter(array(key), x -> x = key)[0])",
        "aggregate(split(value, ' '), '', (a, x) -> concat(a, x))",
        "regexp_replace(value, key, concat('<', key, '>'))",
        "translate(value, key, 'xyz')",
        "format_number(CAST(substr(key, 2) AS INT), concat('#,##0.', repeat('0', length(key))))",
        "date_format(timestamp_seconds(CAST(substr(key, 2) AS INT)), if(length(key) > 4, 'HH:mm:ss', 'mm:ss'))",
        "get_json_object(concat('{\"', key, '\":\"', value, '\"}'), concat('$.', key))"
      })
  void eachEvaluatesForItself(String expression) throws Exception {
    Selection selection = new Selection(null, null, List.of("key", expression + " AS x"));
    for (boolean generated : new boolean[] {false, true}) {
      CompiledPipeline pipeline = CompiledPipeline.of(selection);
      if (generated) {
        pipeline.generate();
      }
      List<List<List<Object>>> alone = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        alone.add(Runs.made(pipeline, records(thread)));
      }
      assertThat(together(pipeline)).as("generated: %s", generated).isEqualTo(alone);
    }
  }

  private static List<List<List<Object>>> together(CompiledPipeline pipeline) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    try {
      List<Callable<List<List<Object>>>> tasks = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        List<ConsumerRecord<byte[], byte[]>> mine = records(thread);
        tasks.add(() -> Runs.made(pipeline, mine));
      }
      List<List<List<Object>>> made = new ArrayList<>();
      for (Future<List<List<Object>>> task : pool.invokeAll(tasks)) {
        made.add(task.get());
      }
      return made;
    } finally {
      pool.shutdownNow();
    }
  }

  private static List<ConsumerRecord<byte[], byte[]>> records(int thread) {
    return IntStream.range(0, RECORDS)
        .mapToObj(i -> Runs.record(i, "k" + (thread * RECORDS + i), "k" + i + " of k" + thread))
        .toList();
  }
}
