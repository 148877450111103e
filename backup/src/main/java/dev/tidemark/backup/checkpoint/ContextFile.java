package dev.tidemark.backup.checkpoint;

import dev.tidemark.backup.BackupException;
import dev.tidemark.backup.BackupException.Reason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jpountz.lz4.LZ4BlockInputStream;

/**
 * A checkpoint of a streaming context: a Java object, compressed as Spark does by default. The data
 * it needs is named in it by plain strings, so that none of its classes is needed to find them.
 */
final class ContextFile {
  /** What {@code SparkContext.setCheckpointDir} makes, and an RDD in it. */
  private static final Pattern DATA =
      Pattern.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/rdd-\\d+");

  private ContextFile() {}

  /**
   * The directories of data it speaks of, relative to its own.
   *
   * @param key for the message
   */
  static Set<String> data(String key, byte[] file) {
    String text;
    try (InputStream in = new LZ4BlockInputStream(new ByteArrayInputStream(file))) {
      text = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new BackupException(
          Reason.NothingToBackUp,
          key
              + " is not compressed by LZ4, as Spark does by default, or is damaged: which data it needs cannot be told."
              + " Leave spark.io.compression.codec as it is",
          e);
    }
    Set<String> data = new TreeSet<>();
    Matcher found = DATA.matcher(text);
    while (found.find()) {
      data.add(found.group());
    }
    return data;
  }
}
