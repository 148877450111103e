package dev.tidemark.job.engine;

import dev.tidemark.job.expression.StateKey;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.ByteBuffer;
import org.apache.spark.serializer.DeserializationStream;
import org.apache.spark.serializer.SerializationStream;
import org.apache.spark.serializer.Serializer;
import org.apache.spark.serializer.SerializerInstance;
import scala.reflect.ClassTag;

/**
 * How keys and values travel from where records are read to where they are merged. They are bytes
 * already, so a stream is nothing but these behind their lengths.
 */
final class PairSerializer extends Serializer implements Serializable {
  private static final long serialVersionUID = 1L;

  @Override
  public SerializerInstance newInstance() {
    return new Instance();
  }

  private static final class Instance extends SerializerInstance {
    @Override
    public SerializationStream serializeStream(OutputStream out) {
      return new Writer(new DataOutputStream(out));
    }

    @Override
    public DeserializationStream deserializeStream(InputStream in) {
      return new Reader(new DataInputStream(in));
    }

    @Override
    public <T> ByteBuffer serialize(T value, ClassTag<T> tag) {
      throw onlyPairs();
    }

    @Override
    public <T> T deserialize(ByteBuffer bytes, ClassTag<T> tag) {
      throw onlyPairs();
    }

    @Override
    public <T> T deserialize(ByteBuffer bytes, ClassLoader loader, ClassTag<T> tag) {
      throw onlyPairs();
    }
  }

  private static UnsupportedOperationException onlyPairs() {
    return new UnsupportedOperationException("only streams of keys and values");
  }

  private interface Io<T> {
    T run() throws IOException;
  }

  /** Spark declares no exceptions here, and expects that of the end of a stream as it is. */
  private static <T> T io(Io<T> work) {
    try {
      return work.run();
    } catch (IOException e) {
      PairSerializer.<RuntimeException>throwAsItIs(e);
      throw new AssertionError("not reached", e);
    }
  }

  @SuppressWarnings("unchecked")
  private static <E extends Exception> void throwAsItIs(IOException e) throws E {
    throw (E) e;
  }

  private static final class Writer extends SerializationStream {
    private final DataOutputStream out;

    Writer(DataOutputStream out) {
      this.out = out;
    }

    @Override
    public <T> SerializationStream writeKey(T value, ClassTag<T> tag) {
      StateKey key = (StateKey) value;
      return io(
          () -> {
            bytes(key.group());
            out.writeLong(key.window());
            return this;
          });
    }

    @Override
    public <T> SerializationStream writeValue(T value, ClassTag<T> tag) {
      return io(
          () -> {
            bytes((byte[]) value);
            return this;
          });
    }

    private void bytes(byte[] bytes) throws IOException {
      out.writeInt(bytes.length);
      out.write(bytes);
    }

    @Override
    public <T> SerializationStream writeObject(T value, ClassTag<T> tag) {
      throw onlyPairs();
    }

    @Override
    public void flush() {
      io(
          () -> {
            out.flush();
            return null;
          });
    }

    @Override
    public void close() {
      io(
          () -> {
            out.close();
            return null;
          });
    }
  }

  private static final class Reader extends DeserializationStream {
    private final DataInputStream in;

    Reader(DataInputStream in) {
      this.in = in;
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> T readKey(ClassTag<T> tag) {
      return (T) io(() -> StateKey.of(bytes(), in.readLong()));
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> T readValue(ClassTag<T> tag) {
      return (T) io(this::bytes);
    }

    private byte[] bytes() throws IOException {
      byte[] bytes = new byte[in.readInt()];
      in.readFully(bytes);
      return bytes;
    }

    @Override
    public <T> T readObject(ClassTag<T> tag) {
      throw onlyPairs();
    }

    @Override
    public void close() {
      io(
          () -> {
            in.close();
            return null;
          });
    }
  }
}
