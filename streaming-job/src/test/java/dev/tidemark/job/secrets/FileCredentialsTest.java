package dev.tidemark.job.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

class FileCredentialsTest {

  @TempDir Path etc;
  private Path store;

  @BeforeEach
  void mount() throws IOException {
    store = Files.createDirectories(etc.resolve("secrets/store"));
    System.setProperty("tidemark.etc", etc.toString());
  }

  @AfterEach
  void unmount() {
    System.clearProperty("tidemark.etc");
  }

  private void write(Path directory, String key, String secret) throws IOException {
    Files.writeString(directory.resolve("AWS_ACCESS_KEY_ID"), key + "\n");
    Files.writeString(directory.resolve("AWS_SECRET_ACCESS_KEY"), secret);
  }

  @Test
  void aMountedSecretIsReadWithoutItsLineEnds() throws IOException {
    write(store, "key", "secret");
    AwsCredentials credentials = new FileCredentials().resolveCredentials();
    assertThat(credentials.accessKeyId()).isEqualTo("key");
    assertThat(credentials.secretAccessKey()).isEqualTo("secret");
    assertThat(credentials).isNotInstanceOf(AwsSessionCredentials.class);
  }

  @Test
  void aTokenMakesThemTemporary() throws IOException {
    write(store, "key", "secret");
    Files.writeString(store.resolve("AWS_SESSION_TOKEN"), "token");
    assertThat(((AwsSessionCredentials) new FileCredentials().resolveCredentials()).sessionToken())
        .isEqualTo("token");
  }

  @Test
  void aSecretWithoutTheKeysSaysWhichItNeeds() {
    assertThatThrownBy(() -> new FileCredentials().resolveCredentials())
        .hasMessageContaining("AWS_ACCESS_KEY_ID")
        .hasMessageContaining("credentialsSecretRef");
  }

  /** As the kubelet does it: a new directory, then one link is swapped. */
  @Test
  void aRotatedSecretIsReadAsOneVersion() throws IOException {
    Path first = Files.createDirectory(store.resolve("..1"));
    Path second = Files.createDirectory(store.resolve("..2"));
    write(first, "key1", "secret1");
    write(second, "key2", "secret2");
    Path data = Files.createSymbolicLink(store.resolve("..data"), Path.of("..1"));
    for (String key : List.of("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")) {
      Files.createSymbolicLink(store.resolve(key), Path.of("..data", key));
    }
    List<String> keys = List.of("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "absent");
    assertThat(SecretFiles.read("store", keys))
        .contains(Map.of("AWS_ACCESS_KEY_ID", "key1", "AWS_SECRET_ACCESS_KEY", "secret1"));
    Files.delete(data);
    Files.createSymbolicLink(data, Path.of("..2"));
    assertThat(SecretFiles.read("store", keys))
        .contains(Map.of("AWS_ACCESS_KEY_ID", "key2", "AWS_SECRET_ACCESS_KEY", "secret2"));
  }

  @Test
  void hadoopCanMakeIt() throws Exception {
    assertThat(
            FileCredentials.class
                .getConstructor(URI.class, Configuration.class)
                .newInstance(URI.create("s3a://bucket"), new Configuration(false)))
        .hasToString("FileCredentials");
  }

  @Test
  void aSecretNobodyNamedIsAbsent() {
    assertThat(SecretFiles.read("sink", List.of("username"))).isEmpty();
    assertThat(SecretFiles.authority("sink")).isEmpty();
  }
}
