package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tidemark is upgraded, removed and installed again while a job runs: the job keeps committing. */
@ExtendWith(Stage.class)
class InstallScenario {
  private static final Path TOP = Path.of("..").toAbsolutePath().normalize();

  @Test
  @Tag("gate")
  void upgradeUninstallInstallWithAJobRunning(Scene scene) throws Exception {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, Mode.LOCAL);
    String pod = job.driver().getMetadata().getUid();
    try {
      run("e2e/cluster/deploy", "--set", "podAnnotations.upgrade=" + scene.id());
      scene.awaitMoreRows(Play.RECOVER);

      run("helm", "uninstall", "tidemark", "-n", Cluster.OPERATOR, "--wait");
      assertThat(job.get()).as("the job stays, and its definition with it").isNotNull();
      scene.awaitMoreRows(Play.RECOVER);
      Recovery recovery = Recovery.watch(scene.table());
      scene.recovered(recovery.secondsSince(scene.faults().killJvm(job.driver()), Play.RECOVER));
    } finally {
      run("e2e/cluster/deploy");
    }
    job.awaitReady(Play.RECOVER);
    assertThat(job.driver().getMetadata().getUid())
        .as("the driver pod is the same all the way")
        .isEqualTo(pod);
    Play.endsExact(scene, feeder);
  }

  @Test
  void byKubectlAlone(Scene scene) throws Exception {
    run("helm", "uninstall", "tidemark", "-n", Cluster.OPERATOR, "--wait");
    String rendered = "target/e2e/tidemark.yaml";
    try {
      run(
          "bash",
          "-c",
          "mkdir -p e2e/target/e2e; . e2e/cluster/lib.sh; o=$(image_ref operator) j=$(image_ref streaming-job);"
              + " helm/render --set image.tag=${o##*:} --set streamingJobImage.tag=${j##*:} > e2e/"
              + rendered);
      run("kubectl", "apply", "-f", "e2e/" + rendered);
      run("kubectl", "-n", Cluster.OPERATOR, "rollout", "status", "deploy", "--timeout=3m");
      Feeder feeder = scene.feed(Play.RATE);
      Job job = Play.started(scene, Mode.LOCAL);
      Play.strikeAndRecoverFromCheckpoint(scene, job, () -> scene.faults().deletePod(job.driver()));
      Play.endsExact(scene, feeder);
    } finally {
      // everything but the CRD, which takes its jobs with it
      run(
          "sh",
          "-c",
          "kubectl get -f e2e/%s -o name | grep -v customresourcedefinition | xargs kubectl -n %s delete"
              .formatted(rendered, Cluster.OPERATOR));
      run("e2e/cluster/deploy");
    }
  }

  /** Rights in one namespace are enough for it; jobs elsewhere are not seen until they are. */
  @Test
  void inOneNamespaceOnly(Scene scene) throws Exception {
    String elsewhere = scene.id() + "-b";
    scene.addNamespace(elsewhere);
    Table other = scene.addDatabase(elsewhere);
    Feeder feeder = scene.feed(Play.RATE);
    Job unseen;
    try {
      run("e2e/cluster/deploy", "--set", "watchNamespaces={%s}".formatted(scene.id()));
      Job job = Play.started(scene, Mode.LOCAL);
      unseen =
          scene.apply(
              scene
                  .manifest(Mode.LOCAL)
                  .namespace(elsewhere)
                  .database(elsewhere)
                  .path(scene.checkpointPath() + "-b"));
      Play.strikeAndRecoverFromCheckpoint(scene, job, () -> scene.faults().killPod(job.driver()));
      assertThat(unseen.status()).as("the status of a job that nobody watches").isNull();
    } finally {
      run("e2e/cluster/deploy");
    }
    unseen.awaitReady(Play.START);
    Awaitility.await("rows of the job that was not seen")
        .atMost(Play.RECOVER)
        .until(() -> other.count() > 0);
    unseen.delete(Play.RECOVER);
    Play.endsExact(scene, feeder);
  }

  private static void run(String... command) throws IOException, InterruptedException {
    // through env, since a ProcessBuilder looks for programs in the PATH of this process
    List<String> line = Stream.concat(Stream.of("env"), Stream.of(command)).toList();
    ProcessBuilder builder =
        new ProcessBuilder(line).directory(TOP.toFile()).redirectErrorStream(true);
    Map<String, String> environment = builder.environment();
    File kubeconfig = Cluster.kubeconfig();
    environment.put("KUBECONFIG", kubeconfig.getAbsolutePath());
    environment.put(
        "PATH",
        kubeconfig.toPath().resolveSibling("bin") + File.pathSeparator + environment.get("PATH"));
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(5, TimeUnit.MINUTES))
        .as("ended: %s", String.join(" ", command))
        .isTrue();
    assertThat(process.exitValue()).as("%s said: %s", String.join(" ", command), said).isZero();
  }
}
