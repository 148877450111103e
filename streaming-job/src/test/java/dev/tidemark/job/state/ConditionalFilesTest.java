package dev.tidemark.job.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.backup.real.RealMinio;
import dev.tidemark.job.owner.Minio;
import dev.tidemark.job.owner.Secrets;
import dev.tidemark.job.settings.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.execution.streaming.CheckpointFileManager;
import org.apache.spark.sql.execution.streaming.CheckpointFileManager.CancellableFSDataOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a real MinIO, as Spark uses them. */
@Tag("store")
class ConditionalFilesTest {
  @TempDir java.nio.file.Path etc;
  private Path query;
  private CheckpointFileManager files;

  @BeforeEach
  void start() {
    String endpoint = Minio.needed(RealMinio.endpoint(), "a query's files");
    Secrets.mount(etc, RealMinio.USER, RealMinio.PASSWORD);
    Configuration hadoop =
        StoreSettings.configuration(new Settings.S3(endpoint, "us-east-1", true));
    hadoop.set("spark.sql.streaming.checkpointFileManagerClass", ConditionalFiles.class.getName());
    query = new Path("s3a://streams/" + UUID.randomUUID() + "/q0000000001");
    files = CheckpointFileManager.create(query, hadoop);
  }

  @AfterEach
  void stop() {
    System.clearProperty("tidemark.etc");
  }

  private void write(Path path, boolean overwrite, String text) throws IOException {
    try (CancellableFSDataOutputStream out = files.createAtomic(path, overwrite)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  private String read(Path path) throws IOException {
    try (var in = files.open(path)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void ofTwoThatBeginTheSameBatchOneIsRefused() throws IOException {
    Path log = new Path(query, "offsets/7");
    CancellableFSDataOutputStream slow = files.createAtomic(log, false);
    slow.write("slow".getBytes(StandardCharsets.UTF_8));
    write(log, false, "first");
    assertThatThrownBy(slow::close)
        .isInstanceOf(FileAlreadyExistsException.class)
        .hasMessageContaining("written by another driver");
    slow.cancel(); // as Spark does then
    assertThat(read(log)).isEqualTo("first");
    assertThatThrownBy(() -> write(log, false, "third"))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(read(log)).isEqualTo("first");
  }

  @Test
  void aVersionOfStateIsWrittenAgainByABatchThatIsRunAgain() throws IOException {
    Path delta = new Path(query, "state/0/0/3.delta");
    write(delta, true, "one");
    write(delta, true, "two");
    assertThat(read(delta)).isEqualTo("two");
  }

  @Test
  void whatIsCancelledIsNotThere() throws IOException {
    Path log = new Path(query, "commits/1");
    CancellableFSDataOutputStream out = files.createAtomic(log, false);
    out.write(1);
    out.cancel();
    assertThat(files.exists(log)).isFalse();
    write(log, false, "now");
    assertThat(files.list(log.getParent())).extracting(FileStatus::getPath).containsExactly(log);
    files.delete(log);
    files.delete(log); // twice is no error
    assertThat(files.exists(log)).isFalse();
  }

  @Test
  void aStoreThatDoesNotAnswerIsAnErrorAndNotSilence() throws IOException {
    Configuration nowhere =
        StoreSettings.configuration(new Settings.S3("http://127.0.0.1:1", "us-east-1", true));
    nowhere.setBoolean("fs.s3a.impl.disable.cache", true);
    nowhere.set("fs.s3a.attempts.maximum", "1");
    nowhere.set("fs.s3a.retry.limit", "1");
    CheckpointFileManager none = new ConditionalFiles(query, nowhere);
    assertThatThrownBy(
            () -> {
              try (CancellableFSDataOutputStream out =
                  none.createAtomic(new Path(query, "offsets/0"), false)) {
                out.write(1);
              }
            })
        .isInstanceOf(IOException.class);
  }
}
