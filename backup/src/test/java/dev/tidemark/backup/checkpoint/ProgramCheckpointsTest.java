package dev.tidemark.backup.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.backup.BackupException;
import dev.tidemark.backup.Json;
import dev.tidemark.backup.MemoryStore;
import dev.tidemark.backup.repository.Creator;
import dev.tidemark.backup.repository.Manifest;
import dev.tidemark.backup.repository.Progress;
import dev.tidemark.backup.repository.Repository;
import dev.tidemark.backup.store.Location;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jpountz.lz4.LZ4BlockOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Backups of what Spark goes on to write, request by request, are checkpoints of one moment. */
class ProgramCheckpointsTest {
  private static final String HOME = "totals/r000001/p0000000001/";
  private static final String UUID = "3f0c2d1e-0000-4000-8000-00000000000";

  private final MemoryStore store = new MemoryStore();
  private final Checkpoint checkpoint =
      new Checkpoint(store, Location.parse("s3a://streams/totals"));

  private static int made;
  private static int tried;

  @AfterAll
  static void someWereMade() {
    assertThat(made).as("backups that were made of %d", tried).isGreaterThan(tried / 8);
  }

  static List<Long> seeds() {
    List<Long> seeds = new ArrayList<>(List.of(new Random().nextLong()));
    for (long seed = 1; seed <= 150; seed++) {
      seeds.add(seed);
    }
    return seeds;
  }

  private static byte[] text(String content) {
    return content.getBytes(StandardCharsets.UTF_8);
  }

  private void own() {
    ObjectNode owner = Json.MAPPER.createObjectNode();
    owner
        .put("jobId", "job")
        .put("name", "totals")
        .put("revision", 1)
        .put("stateRevision", 1)
        .put("lastEpoch", 1)
        .put("floorEpoch", 0);
    store.put("totals/" + Checkpoint.OWNER, Json.bytes(owner));
  }

  /** A query as Spark writes it: a step is a request. */
  private final class Query {
    private static final int KEPT = 4;
    private final String at = HOME + "counts/";
    private int batch;
    private int step;

    void next() {
      switch (step++) {
        case 0 -> store.put(at + "offsets/" + batch, text("offsets of " + batch));
        case 1 -> store.put(at + state(0, batch + 1), text("state 0 of " + (batch + 1)));
        case 2 -> store.put(at + state(1, batch + 1), text("state 1 of " + (batch + 1)));
        case 3 -> store.put(at + "commits/" + batch, text("v1"));
        default -> {
          int old = batch - KEPT;
          store.delete(List.of(at + "offsets/" + old, at + "commits/" + old, at + state(0, old)));
          store.delete(List.of(at + state(1, old)));
          batch++;
          step = 0;
        }
      }
    }

    private String state(int partition, int version) {
      return "state/0/" + partition + "/" + version + ".delta";
    }

    void requireWhole(Map<String, String> copied) {
      int last =
          numbers(copied, "counts/commits/").stream().mapToInt(Integer::intValue).max().orElse(-1);
      assertThat(numbers(copied, "counts/offsets/")).as("batches").allMatch(b -> b <= last);
      if (last >= 0) {
        assertThat(copied).containsEntry("counts/offsets/" + last, "offsets of " + last);
        for (int partition = 0; partition < 2; partition++) {
          assertThat(copied)
              .containsEntry(
                  "counts/" + state(partition, last + 1),
                  "state " + partition + " of " + (last + 1));
        }
      }
      assertThat(copied.keySet())
          .as("state of later batches")
          .noneMatch(
              key ->
                  key.startsWith("counts/state/")
                      && Integer.parseInt(key.replaceAll(".*/(\\d+)[.]delta", "$1")) > last + 1);
    }
  }

  private static Set<Integer> numbers(Map<String, String> copied, String folder) {
    Set<Integer> numbers = new TreeSet<>();
    copied.keySet().stream()
        .filter(key -> key.startsWith(folder))
        .forEach(key -> numbers.add(Integer.valueOf(key.substring(folder.length()))));
    return numbers;
  }

  /** A streaming context that remembers the data of two intervals. */
  private final class Context {
    private static final int PARTS = 3;
    private final Random random;
    private final List<Integer> needed = new ArrayList<>();
    private final List<String> files = new ArrayList<>();
    private final List<String> old = new ArrayList<>();
    private int batch = 100;
    private int step;
    private int rdd;

    Context(Random random) {
      this.random = random;
    }

    private String data(int of) {
      return UUID + of % 8 + "/rdd-" + of + "/"; // some sort before "checkpoint-", some after
    }

    private String home(int of) {
      return of % 3 == 0 ? "f" + data(of).substring(1) : data(of);
    }

    void next() {
      if (step < PARTS) {
        store.put(HOME + home(rdd), new byte[0]); // Hadoop's mark of a directory
        store.put(HOME + home(rdd) + part(step), text("part " + step + " of " + rdd));
        step++;
      } else if (step == PARTS) {
        needed.add(rdd++);
        step++;
        checkpoint();
      } else if (!old.isEmpty()) {
        store.delete(List.of(old.remove(0)));
      } else {
        step = 0;
      }
    }

    private static String part(int number) {
      return "part-0000" + number;
    }

    private void checkpoint() {
      while (needed.size() > 2) {
        int gone = needed.remove(0);
        for (int i = 0; i < PARTS; i++) {
          old.add(HOME + home(gone) + part(i));
        }
      }
      batch += random.nextInt(2); // a name may be written twice
      String file = HOME + "checkpoint-" + batch;
      StringBuilder content = new StringBuilder("a graph");
      needed.forEach(of -> content.append(" s3a://streams/").append(HOME).append(home(of)));
      store.put(file, lz4(content.toString()));
      if (!files.contains(file)) {
        files.add(file);
      }
      while (files.size() > 3) {
        store.delete(List.of(files.remove(0)));
      }
    }

    void requireWhole(Map<String, String> copied) {
      List<String> contexts =
          copied.keySet().stream().filter(key -> key.startsWith("checkpoint-")).toList();
      if (contexts.isEmpty()) {
        return;
      }
      assertThat(contexts).hasSize(1);
      Set<String> data = ContextFile.data("the copy", raw(copied.get(contexts.get(0))));
      for (String directory : data) {
        int of = Integer.parseInt(directory.substring(directory.lastIndexOf('-') + 1));
        for (int i = 0; i < PARTS; i++) {
          assertThat(copied).containsEntry(directory + "/" + part(i), "part " + i + " of " + of);
        }
      }
    }
  }

  private static byte[] lz4(String content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (LZ4BlockOutputStream out = new LZ4BlockOutputStream(bytes)) {
      out.write(text(content));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static byte[] raw(String content) {
    return content.getBytes(StandardCharsets.ISO_8859_1);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void whateverIsWrittenMeanwhile(long seed) {
    Random random = new Random(seed);
    own();
    Query query = new Query();
    Context context = new Context(random);
    boolean[] writing = {false};
    int pace = 2 + random.nextInt(60);
    Runnable write =
        () -> {
          if (!writing[0]) {
            writing[0] = true;
            // Mostly nothing or a step; now and then the backup is held up for some time.
            boolean heldUp = random.nextInt(30) == 0;
            int steps = heldUp ? random.nextInt(25) : random.nextInt(pace) == 0 ? 1 : 0;
            for (int i = 0; i < steps; i++) {
              if (random.nextBoolean()) {
                query.next();
              } else {
                context.next();
              }
            }
            writing[0] = false;
          }
        };
    for (int i = 0; i < 40; i++) {
      query.next();
      context.next();
    }
    Repository repository = new Repository(store, Location.parse("s3a://backups/kept"));
    Creator creator = new Creator(checkpoint, repository, Clock.systemUTC(), Progress.NONE);
    for (int i = 0; i < 8; i++) {
      store.before(write);
      Manifest manifest;
      tried++;
      try {
        manifest =
            creator
                .create(
                    Creator.Request.of(
                        "b" + i, i % 2 == 0 ? Manifest.Mode.Incremental : Manifest.Mode.Full))
                .manifest();
        made++;
      } catch (BackupException e) {
        assertThat(e.reason())
            .as("seed %d", seed)
            .isEqualTo(BackupException.Reason.CheckpointMoving);
        continue;
      } finally {
        store.before(() -> {});
      }
      Map<String, String> copied = new TreeMap<>();
      for (Manifest.Stored object : manifest.objects()) {
        byte[] bytes = store.read(repository.key(object.key())).orElseThrow().bytes();
        copied.put(object.path(), new String(bytes, StandardCharsets.ISO_8859_1));
      }
      assertThat(manifest.directory()).isEqualTo("r000001/p0000000001");
      query.requireWhole(copied);
      context.requireWhole(copied);
    }
  }

  @Test
  void aProgramThatHasCheckpointedNothing() {
    own();
    store.put(HOME + "counts/metadata", text("{}"));
    store.put(HOME + "counts/offsets/0", text("v1"));
    assertThat(catchThrowableOfType(BackupException.class, checkpoint::newest).reason())
        .isEqualTo(BackupException.Reason.NothingToBackUp);
  }
}
