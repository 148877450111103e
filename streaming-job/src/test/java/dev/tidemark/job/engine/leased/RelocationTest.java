package dev.tidemark.job.engine.leased;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import org.apache.spark.io.CompressionCodec$;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Java wrote with one path, Java reads with the other. */
class RelocationTest {
  private static final String OLD = "s3a://streams/totals/r000001/p0000000001";

  private static Map<String, Object> graph(String home) {
    return new HashMap<>(
        Map.of(
            "directory",
            home,
            "parts",
            List.of(home + "/a-b-c/rdd-7", home + "/a-b-c/rdd-8"),
            "other",
            "it lies in " + OLD + ", as a person says",
            "far",
            "s3a://streams/other/file"));
  }

  private static byte[] written(Object value) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(value);
    }
    return bytes.toByteArray();
  }

  private static Object read(byte[] bytes) throws IOException, ClassNotFoundException {
    try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
      return in.readObject();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s3a://streams/totals/r000001/p0000000042",
        "s3a://s/x/r000001/p0000000042",
        "s3a://streams/a-much-longer-prefix/of/another/job/r000012/p0000000042"
      })
  void toAnotherDirectory(String home) throws Exception {
    assertThat(read(Relocation.moved(written(graph(OLD)), home))).isEqualTo(graph(home));
  }

  @Test
  void whatIsAtHomeStays() throws Exception {
    byte[] content = written(graph(OLD));
    assertThat(Relocation.moved(content, OLD)).isSameAs(content);
  }

  @ParameterizedTest
  @ValueSource(strings = {"lz4", "zstd", "snappy", "lzf"})
  void aFile(String codec, @TempDir java.nio.file.Path dir) throws Exception {
    FileSystem store = FileSystem.getLocal(new Configuration());
    Path stream = new Path(dir.toUri());
    Path file = new Path(stream, "checkpoint-1700000000000");
    try (OutputStream out =
        CompressionCodec$.MODULE$
            .createCodec(new SparkConf(false), codec)
            .compressedOutputStream(store.create(file))) {
      out.write(written(graph(OLD)));
    }
    Path home = new Path("s3a://streams/totals/r000001/p0000000007");
    Relocation.apply(store, stream, home);
    byte[] content =
        CompressionCodec$.MODULE$
            .createCodec(new SparkConf(false), codec)
            .compressedInputStream(store.open(file))
            .readAllBytes();
    assertThat(read(content)).isEqualTo(graph(home.toString()));
  }
}
