package dev.tidemark.job.engine.leased;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import org.apache.spark.io.CompressionCodec;
import org.apache.spark.io.CompressionCodec$;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the checkpoints of a streaming context speak of the directory they lie in. They hold it as
 * absolute paths, in strings of Java's serialization: what a restore has put elsewhere would be
 * read from, and go on to be written to, where it was before.
 *
 * <p>A string is {@code TC_STRING}, a length of two bytes, and so many bytes (Java Object
 * Serialization Specification, 6.4.2).
 */
final class Relocation {
  private static final Logger LOG = LoggerFactory.getLogger(Relocation.class);
  private static final int TC_STRING = 0x74;
  private static final int MAGIC = 0xACED;
  private static final List<String> CODECS = List.of("lz4", "zstd", "snappy", "lzf");

  /** A program's directory under some checkpoint path. */
  private static final Pattern PROGRAM =
      Pattern.compile(
          "s3a://[A-Za-z0-9_./=-]{1,700}/r\\d{6,}/p\\d{10}|file:/[A-Za-z0-9_./=-]{1,700}/r\\d{6,}/p\\d{10}");

  private Relocation() {}

  /**
   * Rewrites the checkpoints in {@code stream} that speak of another program's directory than
   * {@code home}.
   */
  static void apply(FileSystem store, Path stream, Path home) throws IOException {
    for (FileStatus file : store.listStatus(stream)) {
      if (file.isFile()
          && file.getLen() > 0
          && file.getPath().getName().startsWith("checkpoint-")) {
        one(store, file.getPath(), home.toString());
      }
    }
  }

  private static void one(FileSystem store, Path file, String home) throws IOException {
    byte[] stored;
    try (InputStream in = store.open(file)) {
      stored = in.readAllBytes();
    }
    for (String name : CODECS) {
      CompressionCodec codec = CompressionCodec$.MODULE$.createCodec(new SparkConf(false), name);
      Optional<byte[]> content = read(codec, stored);
      if (content.isPresent()) {
        byte[] moved = moved(content.get(), home);
        if (moved != content.get()) {
          write(store, file, codec, moved);
          LOG.info("{} was written in another directory, and speaks of this one now", file);
        }
        return;
      }
    }
    LOG.warn("{} cannot be read, so its paths stay what they are", file);
  }

  private static Optional<byte[]> read(CompressionCodec codec, byte[] stored) {
    try (InputStream in = codec.compressedInputStream(new ByteArrayInputStream(stored))) {
      byte[] content = in.readAllBytes();
      return content.length > 2 && unsigned(content, 0) == MAGIC
          ? Optional.of(content)
          : Optional.empty();
    } catch (IOException | RuntimeException e) {
      return Optional.empty(); // of another codec
    }
  }

  private static void write(FileSystem store, Path file, CompressionCodec codec, byte[] content)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = codec.compressedOutputStream(bytes)) {
      out.write(content);
    }
    try (OutputStream out = store.create(file, true)) {
      out.write(bytes.toByteArray());
    }
  }

  /** The same array when nothing in it speaks of another directory. */
  static byte[] moved(byte[] content, String home) {
    // One byte is one character, so places in the text are places in the array.
    String text = new String(content, StandardCharsets.ISO_8859_1);
    ByteArrayOutputStream out = new ByteArrayOutputStream(content.length + 1024);
    Matcher found = PROGRAM.matcher(text);
    int done = 0;
    while (found.find()) {
      int start = found.start();
      if (found.group().equals(home)
          || start < 3
          || content[start - 3] != TC_STRING
          || found.end() > start + unsigned(content, start - 2)) {
        continue;
      }
      out.write(content, done, start - 2 - done);
      int length = unsigned(content, start - 2) + home.length() - found.group().length();
      out.write(length >>> 8);
      out.write(length);
      out.writeBytes(home.getBytes(StandardCharsets.ISO_8859_1));
      done = found.end();
    }
    if (done == 0) {
      return content;
    }
    out.write(content, done, content.length - done);
    return out.toByteArray();
  }

  private static int unsigned(byte[] bytes, int at) {
    return ((bytes[at] & 0xff) << 8) | (bytes[at + 1] & 0xff);
  }
}
