package dev.tidemark.job.engine;

import java.io.Externalizable;
import java.io.IOException;
import java.io.ObjectInput;
import java.io.ObjectOutput;

/**
 * State of one group in one window. A closed window stays for one batch more, in which its final
 * result is written: what is no longer in the state cannot be read from it.
 */
public final class WindowState implements Externalizable {
  private static final long serialVersionUID = 1L;

  private byte[] value;
  private long changed;
  private boolean closed;

  /** For deserialisation only. */
  public WindowState() {}

  public WindowState(byte[] value, long changed, boolean closed) {
    this.value = value;
    this.changed = changed;
    this.closed = closed;
  }

  /** The aggregation's buffers. */
  public byte[] value() {
    return value;
  }

  /** Time of the batch that changed it last, milliseconds. */
  public long changed() {
    return changed;
  }

  /** True when the result is final. */
  public boolean isClosed() {
    return closed;
  }

  @Override
  public void writeExternal(ObjectOutput out) throws IOException {
    out.writeInt(value.length);
    out.write(value);
    out.writeLong(changed);
    out.writeBoolean(closed);
  }

  @Override
  public void readExternal(ObjectInput in) throws IOException {
    value = new byte[in.readInt()];
    in.readFully(value);
    changed = in.readLong();
    closed = in.readBoolean();
  }
}
