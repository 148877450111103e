package dev.tidemark.backup.rows;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;
import java.util.stream.Collector;

/**
 * A list that only grows. What no longer fits into a small buffer lies in a temporary file, which
 * is gone with the process; an entry then costs eight bytes of memory. To read it in its order is
 * quickest.
 */
public final class Rows<T> extends AbstractList<T> implements RandomAccess {
  /** How an entry becomes a few texts, which may be null, and is made of them again. */
  public interface Format<T> {
    /** The texts of an entry, always as many. */
    String[] texts(T entry);

    /** The entry of those texts. */
    T entry(String[] texts);
  }

  private static final int BUFFER = 32 << 10;
  private static final int READ_AHEAD = 16 << 10;
  private static final int NULL = -1;

  private final Format<T> format;
  private long[] ends = new long[16];
  private int size;

  /** What was added last and is not in the file. */
  private ByteBuffer tail = ByteBuffer.allocate(1 << 10);

  private FileChannel file;
  private long inFile;

  /** A part of the file, and where it begins there. */
  private ByteBuffer window = ByteBuffer.allocate(0);

  private long windowAt;

  /** An empty list. */
  public Rows(Format<T> format) {
    this.format = format;
  }

  /** Collects the entries of a stream. */
  public static <T> Collector<T, ?, List<T>> collector(Format<T> format) {
    return Collector.of(
        () -> new Rows<>(format),
        List::add,
        (one, other) -> {
          one.addAll(other);
          return one;
        });
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public synchronized boolean add(T entry) {
    String[] texts = format.texts(entry);
    reserve(1);
    tail.put((byte) texts.length);
    for (String text : texts) {
      byte[] bytes = text == null ? null : text.getBytes(UTF_8);
      reserve(Integer.BYTES + (bytes == null ? 0 : bytes.length));
      tail.putInt(bytes == null ? NULL : bytes.length);
      if (bytes != null) {
        tail.put(bytes);
      }
    }
    if (size == ends.length) {
      ends = Arrays.copyOf(ends, 2 * size);
    }
    ends[size++] = inFile + tail.position();
    modCount++;
    if (tail.position() >= BUFFER) {
      spill();
    }
    return true;
  }

  private void reserve(int bytes) {
    if (tail.remaining() < bytes) {
      int needed = tail.position() + bytes;
      tail = ByteBuffer.allocate(Math.max(needed, 2 * tail.capacity())).put(tail.flip());
    }
  }

  private void spill() {
    try {
      if (file == null) {
        Path path = Files.createTempFile("tidemark-", ".rows");
        file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        Files.delete(path); // the open file stays
      }
      tail.flip();
      while (tail.hasRemaining()) {
        inFile += file.write(tail, inFile);
      }
      tail.clear();
    } catch (IOException e) {
      throw Scratch.failed(e);
    }
  }

  @Override
  public synchronized T get(int index) {
    Objects.checkIndex(index, size);
    long from = index == 0 ? 0 : ends[index - 1];
    ByteBuffer row =
        from >= inFile
            ? tail.duplicate().position(Math.toIntExact(from - inFile))
            : read(from, Math.toIntExact(ends[index] - from));
    String[] texts = new String[row.get()];
    for (int i = 0; i < texts.length; i++) {
      int length = row.getInt();
      if (length != NULL) {
        byte[] bytes = new byte[length];
        row.get(bytes);
        texts[i] = new String(bytes, UTF_8);
      }
    }
    return format.entry(texts);
  }

  private ByteBuffer read(long from, int length) {
    if (from < windowAt || from + length > windowAt + window.limit()) {
      long size = Math.min(Math.max(length, READ_AHEAD), inFile - from);
      window = ByteBuffer.allocate(Math.toIntExact(size));
      windowAt = from;
      try {
        while (window.hasRemaining()) {
          file.read(window, windowAt + window.position());
        }
      } catch (IOException e) {
        throw Scratch.failed(e);
      }
      window.flip();
    }
    return window.duplicate().position(Math.toIntExact(from - windowAt));
  }
}
