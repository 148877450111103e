package dev.tidemark.job.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The supervisor script with a JVM that is a few lines of shell. */
@Timeout(60)
class EntrypointTest {
  private static final Path SCRIPT = Path.of("src/main/docker/bin/entrypoint").toAbsolutePath();

  @TempDir Path dir;
  private boolean standby;

  @BeforeEach
  void home() throws IOException {
    Files.createDirectories(dir.resolve("bin"));
    Files.createDirectories(dir.resolve("journal"));
  }

  @Test
  void aStoppedJvmEndsThePod() throws Exception {
    jvm("exit 0");
    assertThat(run()).isZero();
    assertThat(launches()).hasSize(1);
  }

  @Test
  void aJvmThatMustStopEndsThePodWithItsMessage() throws Exception {
    jvm("printf '{\"reason\":\"InvalidFilter\"}' >\"$TIDEMARK_TERMINATION_LOG\"; exit 64");
    assertThat(run()).isZero();
    assertThat(message()).isEqualTo("{\"reason\":\"InvalidFilter\"}");
  }

  @Test
  void aCrashedJvmIsStartedAgainAndToldWhy() throws Exception {
    jvm(
        "[ \"$TIDEMARK_LAUNCH\" = 2 ] && exit 0; touch \"$TIDEMARK_JOURNAL/committed\"; kill -KILL $$");
    assertThat(run()).isZero();
    assertThat(launches()).hasSize(2);
    assertThat(launches().get(0)).isEqualTo("1  ");
    assertThat(launches().get(1)).matches("2 JvmCrashed \\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z");
  }

  @Test
  void anOwnFailureHandsItsReasonOn() throws Exception {
    jvm(
        "[ \"$TIDEMARK_LAUNCH\" = 2 ] && exit 0; touch \"$TIDEMARK_JOURNAL/committed\";"
            + " printf '{\"reason\":\"NoProgress\"}' >\"$TIDEMARK_TERMINATION_LOG\"; exit 70");
    assertThat(run()).isZero();
    assertThat(launches().get(1)).startsWith("2 NoProgress ");
  }

  @Test
  void runningOutOfMemoryIsCalledThat() throws Exception {
    jvm("[ \"$TIDEMARK_LAUNCH\" = 2 ] && exit 0; touch \"$TIDEMARK_JOURNAL/committed\"; exit 3");
    assertThat(run()).isZero();
    assertThat(launches().get(1)).startsWith("2 OutOfMemory ");
  }

  @Test
  void jvmsWithoutACommitAreBounded() throws Exception {
    jvm("exit 1");
    assertThat(run()).isZero();
    assertThat(launches()).hasSize(5);
    assertThat(message()).contains("\"reason\":\"CrashLoop\"").contains("\"launches\":5}");
  }

  @Test
  void aJvmThatNoLongerShowsLifeIsKilled() throws Exception {
    jvm(
        "[ \"$TIDEMARK_LAUNCH\" = 2 ] && exit 0; touch \"$TIDEMARK_JOURNAL/heartbeat\" \"$TIDEMARK_JOURNAL/committed\"; sleep 60");
    assertThat(run()).isZero();
    assertThat(launches().get(1)).startsWith("2 JvmHung ");
  }

  @Test
  void aContainerThatDiedTellsItsSuccessor() throws Exception {
    Files.createFile(dir.resolve("journal/running"));
    Files.createFile(dir.resolve("journal/heartbeat"));
    jvm("exit 0");
    assertThat(run()).isZero();
    assertThat(launches().get(0)).matches("1 JvmCrashed \\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z");
  }

  @Test
  void terminationIsPassedOnAsAWishToStop() throws Exception {
    jvm("until [ -e \"$TIDEMARK_JOURNAL/stop\" ]; do sleep 0.1; done; exit 0");
    Process supervisor = start();
    while (!Files.exists(dir.resolve("journal/running"))) {
      assertThat(supervisor.waitFor(20, TimeUnit.MILLISECONDS)).isFalse();
    }
    supervisor.destroy();
    assertThat(supervisor.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(supervisor.exitValue()).isZero();
  }

  @Test
  void aJvmStandsByOnceThereWasACommitAndIsTheNextDriver() throws Exception {
    standby = true;
    jvm(
        "if [ \"${@: -1}\" = standby ]; then touch ready; read line; echo \"told $line\" >>told; exit 0; fi;"
            + " touch \"$TIDEMARK_JOURNAL/committed\"; until [ -e ready ]; do sleep 0.1; done; exit 1");
    assertThat(run()).isZero();
    assertThat(launches()).as("the driver and the one that stood by").hasSize(2);
    assertThat(told()).hasSize(1);
    assertThat(told().get(0)).matches("told 2 JvmCrashed \\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z");
  }

  @Test
  void aStandbyThatHasEndedIsReplacedByAFreshJvm() throws Exception {
    standby = true;
    jvm(
        "if [ \"${@: -1}\" = standby ]; then touch ready; exit 9; fi; [ \"$TIDEMARK_LAUNCH\" = 2 ] && exit 0;"
            + " touch \"$TIDEMARK_JOURNAL/committed\"; until [ -e ready ]; do sleep 0.1; done; sleep 0.5; exit 1");
    assertThat(run()).isZero();
    assertThat(launches()).hasSize(3);
    assertThat(launches().get(2)).startsWith("2 JvmCrashed ");
  }

  @Test
  void aStandbyIsNotNeededWhenTheDriverStops() throws Exception {
    standby = true;
    jvm(
        "if [ \"${@: -1}\" = standby ]; then touch ready; read line || echo \"told nothing\" >>told; exit 0; fi;"
            + " touch \"$TIDEMARK_JOURNAL/committed\"; until [ -e ready ]; do sleep 0.1; done; exit 0");
    assertThat(run()).isZero();
    while (!Files.exists(dir.resolve("told"))) {
      Thread.onSpinWait();
    }
    assertThat(told()).containsExactly("told nothing");
  }

  @Test
  void withoutBeingAskedForNoJvmStandsBy() throws Exception {
    jvm(
        "[ \"${@: -1}\" = standby ] && touch ready; touch \"$TIDEMARK_JOURNAL/committed\"; sleep 5; exit 0");
    assertThat(run()).isZero();
    assertThat(launches()).hasSize(1);
  }

  /** A JVM that notes what it was told, then runs {@code body}. */
  @Test
  void executorsOfAProgramWithoutALedgerAreSparksOwn() throws Exception {
    jvm("echo \"$@\" >" + dir.resolve("told"));
    assertThat(startExecutor("{\"definition\": {\"application\": {\"fencing\": \"Ledger\"}}}"))
        .contains(" dev.tidemark.job.executors.WarmExecutor ");
    assertThat(startExecutor("{\"definition\": {\"application\": {\"fencing\": \"Lease\"}}}"))
        .contains(" org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend ");
  }

  private String startExecutor(String settings) throws IOException, InterruptedException {
    Files.createDirectories(dir.resolve("etc/settings"));
    Files.writeString(dir.resolve("etc/settings/settings.json"), settings);
    ProcessBuilder builder = new ProcessBuilder("bash", SCRIPT.toString(), "executor");
    builder.environment().put("JAVA_HOME", dir.toString());
    builder.environment().put("TIDEMARK_HOME", dir.toString());
    builder.environment().put("TIDEMARK_ETC", dir.resolve("etc").toString());
    for (String name :
        List.of(
            "SPARK_EXECUTOR_MEMORY",
            "SPARK_DRIVER_URL",
            "SPARK_EXECUTOR_ID",
            "SPARK_EXECUTOR_CORES",
            "SPARK_APPLICATION_ID",
            "SPARK_EXECUTOR_POD_IP",
            "SPARK_RESOURCE_PROFILE_ID",
            "SPARK_EXECUTOR_POD_NAME")) {
      builder.environment().put(name, "1");
    }
    builder.redirectErrorStream(true).redirectOutput(dir.resolve("log").toFile());
    assertThat(builder.start().waitFor()).isZero();
    return told().get(0);
  }

  private void jvm(String body) throws IOException {
    Path java = dir.resolve("bin/java");
    Files.writeString(
        java,
        "#!/bin/bash\necho \"$TIDEMARK_LAUNCH ${TIDEMARK_LAST_REASON:-} ${TIDEMARK_LAST_ENDED_AT:-}\" >>"
            + dir.resolve("launches")
            + "\n"
            + body
            + "\n");
    Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private int run() throws IOException, InterruptedException {
    return start().waitFor();
  }

  private Process start() throws IOException {
    ProcessBuilder builder = new ProcessBuilder("bash", SCRIPT.toString(), "driver");
    builder.environment().put("JAVA_HOME", dir.toString());
    builder.environment().put("TIDEMARK_HOME", dir.toString());
    builder.environment().put("TIDEMARK_JOURNAL", dir.resolve("journal").toString());
    builder.environment().put("TIDEMARK_TERMINATION_LOG", dir.resolve("message").toString());
    builder.environment().put("TIDEMARK_STALE_SECONDS", "2");
    builder.environment().put("TIDEMARK_STANDBY", Boolean.toString(standby));
    builder.directory(dir.toFile());
    builder.redirectErrorStream(true).redirectOutput(dir.resolve("log").toFile());
    return builder.start();
  }

  private List<String> launches() throws IOException {
    return Files.readAllLines(dir.resolve("launches"));
  }

  private List<String> told() throws IOException {
    return Files.readAllLines(dir.resolve("told"));
  }

  private String message() throws IOException {
    return Files.readString(dir.resolve("message"));
  }
}
