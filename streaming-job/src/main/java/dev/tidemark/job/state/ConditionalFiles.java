package dev.tidemark.job.state;

import java.io.IOException;
import java.io.OutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options.CreateFileOptionKeys;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.PathFilter;
import org.apache.hadoop.fs.StreamCapabilities;
import org.apache.hadoop.fs.s3a.RemoteFileChangedException;
import org.apache.spark.sql.execution.streaming.CheckpointFileManager;
import org.apache.spark.unsafe.Platform;

/**
 * The files of a query's checkpoint. A file appears whole when its stream is closed, by one
 * request, or not at all and then with an exception: Spark's own manager for object stores logs it
 * and goes on. A name that must be new is new, by the store's word ({@code If-None-Match}): of two
 * drivers that begin the same batch one is refused.
 */
public final class ConditionalFiles implements CheckpointFileManager {
  private final FileSystem store;
  private final Path path;

  /** Spark makes it, by its name. */
  public ConditionalFiles(Path path, Configuration hadoop) throws IOException {
    this.store = path.getFileSystem(hadoop);
    this.path = store.makeQualified(path);
  }

  @Override
  public CancellableFSDataOutputStream createAtomic(Path path, boolean overwriteIfPossible) {
    // What is there is not looked for first: that would be two requests more, and prove nothing.
    FSDataOutputStreamBuilder<?, ?> file = store.createFile(path).overwrite(true).recursive();
    file.opt(CreateFileOptionKeys.FS_OPTION_CREATE_CONDITIONAL_OVERWRITE, !overwriteIfPossible);
    return checked(() -> new Whole(path, file.build()));
  }

  @Override
  public FSDataInputStream open(Path path) {
    return checked(() -> store.open(path));
  }

  @Override
  public FileStatus[] list(Path path, PathFilter filter) {
    return checked(() -> store.listStatus(path, filter));
  }

  @Override
  public void mkdirs(Path path) {
    var unused = checked(() -> store.mkdirs(path));
  }

  @Override
  public boolean exists(Path path) {
    return checked(() -> store.exists(path));
  }

  @Override
  public void delete(Path path) {
    var unused = checked(() -> store.delete(path, true));
  }

  @Override
  public boolean isLocal() {
    return false;
  }

  @Override
  public Path createCheckpointDirectory() {
    mkdirs(path);
    return path;
  }

  private interface Call<T> {
    T get() throws IOException;
  }

  /** Spark expects its exceptions as they are, though its interface declares none. */
  private static <T> T checked(Call<T> call) {
    try {
      return call.get();
    } catch (IOException e) {
      Platform.throwException(e);
      throw new IllegalStateException("never reached", e);
    }
  }

  /** Nothing is there until it is closed. */
  private static final class Whole extends CancellableFSDataOutputStream {
    private final Path path;
    private final FSDataOutputStream file;
    private boolean over;

    Whole(Path path, FSDataOutputStream file) {
      super((OutputStream) file);
      this.path = path;
      this.file = file;
    }

    @Override
    public void close() throws IOException {
      if (over) {
        return;
      }
      over = true;
      try {
        file.close();
      } catch (RemoteFileChangedException e) {
        FileAlreadyExistsException exists =
            new FileAlreadyExistsException(path + " was written by another driver");
        exists.initCause(e);
        throw exists;
      }
    }

    @Override
    public void cancel() {
      if (!over) {
        over = true;
        if (file.hasCapability(StreamCapabilities.ABORTABLE_STREAM)) {
          var unused = file.abort();
        }
      }
    }
  }
}
