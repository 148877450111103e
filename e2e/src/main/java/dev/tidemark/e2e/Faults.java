package dev.tidemark.e2e;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;

/** What can go wrong, done on purpose. Every fault returns the moment it struck. */
public final class Faults {
  private static final String FREEZER = "freezer";

  private final KubernetesClient client;

  /** Faults on that cluster. */
  public Faults(KubernetesClient client) {
    this.client = client;
  }

  /** Kills the JVM of a driver pod, which has a supervisor as its first process, with SIGKILL. */
  public Instant killJvm(Pod pod) {
    return moment(exec(pod, "spark", "date +%s%3N; pkill -9 -o -x java"));
  }

  /** Stops the JVM of a driver pod with SIGSTOP; its supervisor lives and finds it out. */
  public Instant hangJvm(Pod pod) {
    return moment(exec(pod, "spark", "pkill -STOP -o -x java; date +%s%3N"));
  }

  /** The moment that {@code date +%s%3N} printed first. */
  public static Instant moment(String printed) {
    return Instant.ofEpochMilli(Long.parseLong(printed.lines().findFirst().orElseThrow()));
  }

  /** Waits until a second JVM of the pod has rehearsed and stands by; its process id there. */
  public long awaitStandby(Pod pod, Duration atMost) {
    Awaitility.await("a JVM stands by in " + pod.getMetadata().getName())
        .atMost(atMost)
        .until(() -> exec(pod, "spark", "ls /var/run/tidemark").contains("standing-by"));
    return Long.parseLong(exec(pod, "spark", "pgrep -n -x java").strip());
  }

  /** The process id of the driver's JVM in its pod: one that stands by is younger. */
  public long jvm(Pod pod) {
    return Long.parseLong(exec(pod, "spark", "pgrep -o -x java").strip());
  }

  /** Deletes a pod as a person would: with its grace period. */
  public Instant deletePod(Pod pod) {
    Instant now = Instant.now();
    client.pods().resource(pod).delete();
    return now;
  }

  /** Deletes a pod at once: no grace, SIGKILL. */
  public Instant killPod(Pod pod) {
    Instant now = Instant.now();
    client.pods().resource(pod).withGracePeriod(0).delete();
    return now;
  }

  /** Asks for the eviction of a pod, as the drain of a node does. */
  public Instant evict(Pod pod) {
    Instant now = Instant.now();
    if (!client.pods().resource(pod).evict()) {
      throw new IllegalStateException(
          "The eviction of %s was refused.".formatted(pod.getMetadata().getName()));
    }
    return now;
  }

  /** Deletes every pod of the operator at once. */
  public Instant killOperator() {
    Instant now = Instant.now();
    client
        .pods()
        .inNamespace(Cluster.OPERATOR)
        .withLabel("app.kubernetes.io/name", "tidemark")
        .withGracePeriod(0)
        .delete();
    return now;
  }

  /** The operator's pod that acts, by its Lease. */
  public String leader() {
    return client.leases().inNamespace(Cluster.OPERATOR).list().getItems().stream()
        .map(lease -> lease.getSpec().getHolderIdentity())
        .filter(holder -> holder != null && !holder.isBlank())
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("No operator leads."));
  }

  /** Deletes that pod of the operator at once. */
  public void killOperator(String name) {
    client.pods().inNamespace(Cluster.OPERATOR).withName(name).withGracePeriod(0).delete();
  }

  /**
   * A time in which the API server stood still.
   *
   * @param killed when the JVM was killed in it
   * @param end when the API server went on
   */
  public record Pause(Instant killed, Instant end) {}

  /**
   * Stops the API server of a kind cluster for a minute, after three seconds in which it can still
   * say that this script was begun, and ten seconds later kills the JVM of that pod; returns when
   * all is over. All of it is done by one script on the node: nobody can be asked meanwhile.
   */
  public Pause pauseApiServer(Pod pod) {
    return pauseApiServer(pod, "kill -KILL $jvm");
  }

  /** The same, and the JVM is left alone. */
  public Pause pauseApiServerAlone(Pod pod) {
    return pauseApiServer(pod, "true");
  }

  private Pause pauseApiServer(Pod pod, String meanwhile) {
    String uid = pod.getMetadata().getUid();
    Pod node = freezer(pod);
    String script =
        """
        api=$(pgrep -o -x kube-apiserver) || { echo "no kube-apiserver here" >&2; exit 1; }
        jvm=
        for pid in $(grep -lE '%s|%s' /proc/[0-9]*/cgroup 2>/dev/null | cut -d/ -f3); do
          [ "$(cat /proc/$pid/comm)" = java ] && jvm=$pid
        done
        rm -f /tmp/pause
        nohup sh -c "
          sleep 3; kill -STOP $api; sleep 10; date +%%s%%3N > /tmp/pause; %s; sleep 50
          kill -CONT $api; date +%%s%%3N >> /tmp/pause" >/dev/null 2>&1 &
        echo struck
        """
            .formatted(uid, uid.replace('-', '_'), meanwhile);
    exec(node, FREEZER, script);
    List<String> moments =
        Awaitility.await("the API server goes on")
            .atMost(Duration.ofMinutes(3))
            .ignoreExceptions()
            .until(
                () -> exec(node, FREEZER, "cat /tmp/pause").lines().toList(),
                lines -> lines.size() == 2);
    return new Pause(moment(moments.get(0)), moment(moments.get(1)));
  }

  /** Scales the operator and waits until it is so; 0 is an absent operator. */
  public void scaleOperator(int replicas) {
    var deployments =
        client
            .apps()
            .deployments()
            .inNamespace(Cluster.OPERATOR)
            .withLabel("app.kubernetes.io/name", "tidemark");
    deployments
        .list()
        .getItems()
        .forEach(
            deployment ->
                client
                    .apps()
                    .deployments()
                    .inNamespace(Cluster.OPERATOR)
                    .withName(deployment.getMetadata().getName())
                    .scale(replicas));
    deployments.waitUntilCondition(
        deployment -> {
          Integer ready = deployment.getStatus().getReadyReplicas();
          return (ready == null ? 0 : ready) == replicas;
        },
        2,
        TimeUnit.MINUTES);
    if (replicas == 0) {
      client
          .pods()
          .inNamespace(Cluster.OPERATOR)
          .withLabel("app.kubernetes.io/name", "tidemark")
          .waitUntilCondition(pod -> pod == null, 2, TimeUnit.MINUTES);
    }
  }

  /**
   * Stops every process of a pod, its supervisor too, with SIGSTOP: what a paused virtual machine
   * looks like from inside. Done from the node, since a first process can't be stopped from within
   * its own container.
   */
  public Instant freeze(Pod pod) {
    return signal(pod, "STOP");
  }

  /** Lets a frozen pod go on, as if nothing had happened. */
  public Instant thaw(Pod pod) {
    return signal(pod, "CONT");
  }

  /** Kills every process of a pod from the node; a first process cannot be killed from within. */
  public Instant killProcesses(Pod pod) {
    return signal(pod, "KILL");
  }

  private Instant signal(Pod pod, String signal) {
    String uid = pod.getMetadata().getUid();
    // cgroup names carry the pod's uid with dashes, or with underscores under systemd
    String script =
        """
        pids=$(grep -lE '%s|%s' /proc/[0-9]*/cgroup 2>/dev/null | cut -d/ -f3)
        for pid in $pids; do
          [ "$(cat /proc/$pid/comm)" = pause ] || kill -%s $pid
        done
        date +%%s%%3N
        """
            .formatted(uid, uid.replace('-', '_'), signal);
    String answer = exec(freezer(pod), FREEZER, script).strip();
    return Instant.ofEpochMilli(Long.parseLong(answer.lines().reduce((a, b) -> b).orElseThrow()));
  }

  private Pod freezer(Pod like) {
    var pods = client.pods().inNamespace(Cluster.INFRA);
    Pod existing = pods.withName(FREEZER).get();
    if (existing != null && Readiness.isPodReady(existing)) {
      return existing;
    }
    Pod freezer =
        new PodBuilder()
            .withNewMetadata()
            .withName(FREEZER)
            .withNamespace(Cluster.INFRA)
            .endMetadata()
            .withNewSpec()
            .withHostPID(true)
            .withTerminationGracePeriodSeconds(0L)
            .withNodeName(like.getSpec().getNodeName())
            .addNewContainer()
            .withName(FREEZER)
            .withImage(like.getSpec().getContainers().get(0).getImage())
            .withImagePullPolicy("IfNotPresent")
            .withCommand("sh", "-c", "while :; do sleep 3600; done")
            .withNewSecurityContext()
            .withRunAsUser(0L)
            .endSecurityContext()
            .endContainer()
            .endSpec()
            .build();
    if (existing == null) {
      pods.resource(freezer).create();
    }
    return pods.withName(FREEZER).waitUntilReady(1, TimeUnit.MINUTES);
  }

  /** Runs a shell script in a container and returns what it printed. */
  public String exec(Pod pod, String container, String script) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream error = new ByteArrayOutputStream();
    try (ExecWatch watch =
        client
            .pods()
            .resource(pod)
            .inContainer(container)
            .writingOutput(out)
            .writingError(error)
            .exec("sh", "-c", script)) {
      watch.exitCode().get(Duration.ofSeconds(30).toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted in " + pod.getMetadata().getName(), e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException(
          "In pod %s this did not end: %s. It said: %s%s"
              .formatted(pod.getMetadata().getName(), script, out, error),
          e);
    }
    String answer = out.toString(StandardCharsets.UTF_8);
    if (answer.isEmpty() && error.size() > 0) {
      throw new IllegalStateException(
          "In pod %s this failed: %s. It said: %s"
              .formatted(
                  pod.getMetadata().getName(), script, error.toString(StandardCharsets.UTF_8)));
    }
    return answer;
  }
}
