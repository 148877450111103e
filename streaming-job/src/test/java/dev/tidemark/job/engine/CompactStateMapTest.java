package dev.tidemark.job.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.job.expression.StateKey;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.spark.SparkConf;
import org.apache.spark.streaming.rdd.MapWithStateRDDRecord;
import org.apache.spark.streaming.util.StateMap;
import org.junit.jupiter.api.Test;
import scala.Tuple2;
import scala.collection.JavaConverters;

/** Versions of state, batch after batch: each stays what an ordinary map was at that moment. */
class CompactStateMapTest {

  /** One batch: the map after it, and what ought to be in it. */
  private record Version(
      CompactStateMap map, Map<StateKey, String> all, Map<StateKey, String> changes) {}

  @Test
  void everyVersionStaysAsItWas() throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    Random random = new Random(seed);
    System.out.println("CompactStateMapTest: -Dseed=" + seed);
    for (int history = 0; history < 40; history++) {
      List<Version> versions = new ArrayList<>();
      int keys = 1 << random.nextInt(14);
      versions.add(new Version(new CompactStateMap(), Map.of(), Map.of()));
      for (int batch = 0; batch < 25; batch++) {
        versions.add(next(versions.get(versions.size() - 1), keys, random));
      }
      // Later batches have shared, merged and copied what the earlier ones hold.
      for (Version version : versions) {
        same(version.map(), version);
        same(copied(version.map()), version);
      }
    }
  }

  @Test
  void stateInSparksOwnMapIsTakenOver() {
    StateMap<StateKey, byte[]> before =
        StateMap.create(new SparkConf(false), MergeByKey.KEY, MergeByKey.VALUE);
    for (int i = 0; i < 100; i++) {
      before.put(key(i), ("v" + i).getBytes(UTF_8), i);
    }
    CompactStateMap map =
        CompactStateMap.of(
            new MapWithStateRDDRecord<StateKey, byte[], Object>(
                before, JavaConverters.asScalaBuffer(List.of())));
    assertThat(map.size()).isEqualTo(100);
    assertThat(text(map, key(42))).isEqualTo("v42");
  }

  private static Version next(Version before, int keys, Random random) throws Exception {
    boolean fromDisk = random.nextInt(8) == 0;
    CompactStateMap map = (fromDisk ? copied(before.map()) : before.map()).copy();
    Map<StateKey, String> all = new HashMap<>(before.all());
    Map<StateKey, String> changes = new HashMap<>();
    for (int i = random.nextInt(2 * keys); i > 0; i--) {
      StateKey key = key(random.nextInt(keys));
      assertThat(text(map, key)).isEqualTo(all.get(key));
      String value = "v".repeat(random.nextInt(20)) + random.nextInt();
      map.put(key, value.getBytes(UTF_8), 0);
      all.put(key, value);
      changes.put(key, value);
    }
    return new Version(map, all, changes);
  }

  /** Groups of every length, also the same group in several windows, and marks. */
  private static StateKey key(int number) {
    return switch (number % 5) {
      case 0 -> StateKey.of(new byte[number % 3], number);
      case 1 -> StateKey.mark("topic", number);
      default -> StateKey.of(("g" + number).getBytes(UTF_8), StateKey.NO_WINDOW);
    };
  }

  private static void same(CompactStateMap map, Version wanted) {
    assertThat(entries(map.all())).isEqualTo(wanted.all());
    assertThat(entries(map.changes())).isEqualTo(wanted.changes());
    assertThat(map.size()).isEqualTo(wanted.all().size());
    wanted.all().forEach((key, value) -> assertThat(text(map, key)).isEqualTo(value));
    assertThat(text(map, StateKey.of("nobody".getBytes(UTF_8), 0))).isNull();
  }

  private static String text(CompactStateMap map, StateKey key) {
    return map.get(key).isEmpty() ? null : new String(map.get(key).get(), UTF_8);
  }

  private static Map<StateKey, String> entries(Iterator<Tuple2<StateKey, byte[]>> entries) {
    Map<StateKey, String> found = new HashMap<>();
    entries.forEachRemaining(
        entry ->
            assertThat(found.put(entry._1(), new String(entry._2(), UTF_8)))
                .as("only once")
                .isNull());
    return found;
  }

  private static CompactStateMap copied(CompactStateMap map)
      throws IOException, ClassNotFoundException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(map);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (CompactStateMap) in.readObject();
    }
  }
}
