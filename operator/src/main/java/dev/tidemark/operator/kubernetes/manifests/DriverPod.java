package dev.tidemark.operator.kubernetes.manifests;

import dev.tidemark.crds.SecretRef;
import dev.tidemark.crds.Sink;
import dev.tidemark.crds.StreamingJob;
import dev.tidemark.crds.StreamingJobSpec;
import dev.tidemark.operator.core.DriverPlan;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.ArrayList;
import java.util.List;

/** The driver pod of an attempt. */
public final class DriverPod {
  public static final String CONTAINER = "spark";

  /** Time to finish a batch and commit it after SIGTERM. */
  private static final long GRACE_SECONDS = 30;

  private DriverPod() {}

  public static Pod of(StreamingJob job, StreamingJobSpec spec, DriverPlan plan, Sink before) {
    String jobName = job.getMetadata().getName();
    String name = name(job, plan.attempt());
    Mounts mounts = Mounts.of(name, spec, before);
    Pod pod =
        new PodBuilder()
            .withNewMetadata()
            .withName(name)
            .withNamespace(job.getMetadata().getNamespace())
            .withLabels(Labels.ofAttempt(jobName, plan.attempt(), plan.of()))
            .withAnnotations(Labels.annotations(plan.of()))
            .withOwnerReferences(Owner.of(job))
            .endMetadata()
            .withNewSpec()
            .withRestartPolicy("OnFailure")
            .withServiceAccountName(account(job, spec))
            .withAutomountServiceAccountToken(true)
            .withEnableServiceLinks(false)
            .withTerminationGracePeriodSeconds(GRACE_SECONDS)
            .withSecurityContext(Restricted.pod())
            .withImagePullSecrets(pullSecrets(spec))
            .withTolerations(Restricted.tolerations())
            .withVolumes(mounts.volumes)
            .withContainers(container(spec, plan, mounts))
            .endSpec()
            .build();
    return Template.merged(pod, spec.driver().template());
  }

  /** The name of an attempt's pod, and of its settings. */
  public static String name(StreamingJob job, int attempt) {
    return job.getMetadata().getName() + "-driver-" + attempt;
  }

  /** The same pod, which gets ready and then waits for its turn. */
  public static Pod waiting(Pod pod) {
    return new PodBuilder(pod)
        .editMetadata()
        .addToAnnotations(Labels.SUCCESSOR, Labels.WAITS)
        .endMetadata()
        .editSpec()
        .editMatchingContainer(c -> CONTAINER.equals(c.getName()))
        .addNewEnv()
        .withName("TIDEMARK_SUCCESSOR")
        .withValue("true")
        .endEnv()
        .endContainer()
        .endSpec()
        .build();
  }

  private static Container container(StreamingJobSpec spec, DriverPlan plan, Mounts mounts) {
    return new ContainerBuilder()
        .withName(CONTAINER)
        .withImage(plan.of().image())
        .withImagePullPolicy(spec.imagePullPolicy().name())
        .withArgs("driver")
        .withEnv(driverEnv(spec))
        .addNewPort()
        .withName("driver-rpc")
        .withContainerPort(7078)
        .endPort()
        .addNewPort()
        .withName("blockmanager")
        .withContainerPort(7079)
        .endPort()
        .addNewPort()
        .withName("metrics")
        .withContainerPort(8090)
        .endPort()
        .withNewReadinessProbe()
        .withNewHttpGet()
        .withPath("/ready")
        .withNewPort("metrics")
        .endHttpGet()
        .withPeriodSeconds(1)
        .withFailureThreshold(3)
        .endReadinessProbe()
        .withResources(Sizes.of(spec.driver()))
        .withSecurityContext(Restricted.container())
        .withVolumeMounts(mounts.mounts)
        .build();
  }

  private static List<EnvVar> driverEnv(StreamingJobSpec spec) {
    List<EnvVar> env = new ArrayList<>(env(spec));
    if (Boolean.TRUE.equals(spec.driver().standby())) {
      env.add(new EnvVarBuilder().withName("TIDEMARK_STANDBY").withValue("true").build());
    }
    return env;
  }

  static List<EnvVar> env(StreamingJobSpec spec) {
    return List.of(
        field("TIDEMARK_POD_NAME", "metadata.name"),
        field("TIDEMARK_POD_NAMESPACE", "metadata.namespace"),
        field("TIDEMARK_POD_UID", "metadata.uid"),
        field("TIDEMARK_POD_IP", "status.podIP"),
        new EnvVarBuilder()
            .withName("TIDEMARK_JAVA_OPTS")
            .withValue(heap(Durations.mebibytes(spec.driver().memory())))
            .build());
  }

  /**
   * All of it from the beginning: a heap that grows collects garbage again and again during the
   * start.
   */
  private static String heap(long mebibytes) {
    return "-Xms" + mebibytes + "m -Xmx" + mebibytes + "m";
  }

  private static EnvVar field(String name, String path) {
    return new EnvVarBuilder()
        .withName(name)
        .withNewValueFrom()
        .withNewFieldRef()
        .withFieldPath(path)
        .endFieldRef()
        .endValueFrom()
        .build();
  }

  static String account(StreamingJob job, StreamingJobSpec spec) {
    return spec.serviceAccountName() == null
        ? job.getMetadata().getName() + "-driver"
        : spec.serviceAccountName();
  }

  static List<LocalObjectReference> pullSecrets(StreamingJobSpec spec) {
    return spec.imagePullSecrets() == null
        ? List.of()
        : spec.imagePullSecrets().stream()
            .map(SecretRef::name)
            .map(LocalObjectReference::new)
            .toList();
  }
}
