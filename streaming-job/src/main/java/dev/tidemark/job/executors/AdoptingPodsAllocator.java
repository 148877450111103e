package dev.tidemark.job.executors;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.spark.SecurityManager;
import org.apache.spark.SparkConf;
import org.apache.spark.resource.ResourceProfile;
import org.apache.spark.scheduler.cluster.k8s.ExecutorPodsAllocator;
import org.apache.spark.scheduler.cluster.k8s.ExecutorPodsSnapshotsStore;
import org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBuilder;
import org.apache.spark.util.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Spark's allocator of executor pods, which first takes over those that an earlier JVM of this
 * driver pod has left running ({@link WarmExecutor}), and deletes the other executors of earlier
 * epochs.
 */
public final class AdoptingPodsAllocator extends ExecutorPodsAllocator {
  private static final Logger LOG = LoggerFactory.getLogger(AdoptingPodsAllocator.class);

  /** False where executors end with their driver, and none is to be taken over. */
  public static final String ADOPT = "spark.tidemark.executors.adopt";

  private static final String LABEL = "spark.kubernetes.executor.label.";
  private static final String JOB = "tidemark.dev/job";
  private static final String EPOCH = "tidemark.dev/epoch";
  private static final String APP = "spark-app-selector";
  private static final String ID = "spark-exec-id";

  private final SparkConf conf;
  private final KubernetesClient kubernetes;
  private final ExecutorPodsSnapshotsStore snapshots;
  private boolean adopted;

  /** The constructor Spark looks for. */
  public AdoptingPodsAllocator(
      SparkConf conf,
      SecurityManager security,
      KubernetesExecutorBuilder builder,
      KubernetesClient kubernetes,
      ExecutorPodsSnapshotsStore snapshots,
      Clock clock) {
    super(conf, security, builder, kubernetes, snapshots, clock);
    this.conf = conf;
    this.kubernetes = kubernetes;
    this.snapshots = snapshots;
  }

  @Override
  public void setTotalExpectedExecutors(
      scala.collection.immutable.Map<ResourceProfile, Object> wanted) {
    if (!adopted) {
      adopted = true;
      try {
        adopt(conf.getInt("spark.executor.instances", 1));
      } catch (KubernetesClientException e) {
        LOG.warn("no executors of an earlier JVM can be taken over: {}", e.getMessage());
      }
    }
    super.setTotalExpectedExecutors(wanted);
  }

  private void adopt(int wanted) {
    List<Pod> mine = new ArrayList<>();
    for (Pod pod :
        kubernetes
            .pods()
            .inNamespace(namespace())
            .withLabel(JOB, conf.get(LABEL + JOB))
            .withLabel("spark-role", "executor")
            .list()
            .getItems()) {
      if (conf.getBoolean(ADOPT, true) && mine.size() < wanted && usable(pod)) {
        mine.add(pod);
      } else if (epoch(pod) < Long.parseLong(conf.get(LABEL + EPOCH))) {
        LOG.info("executor {} of an earlier epoch is deleted", pod.getMetadata().getName());
        kubernetes.pods().resource(pod).withGracePeriod(0).delete();
      }
    }
    mine.sort(Comparator.comparing(AdoptingPodsAllocator::id));
    for (Pod pod : mine) {
      EXECUTOR_ID_COUNTER()
          .accumulateAndGet((int) id(pod), Math::max); // ids of new ones must differ
      snapshots.updatePod(relabelled(pod));
    }
    if (!mine.isEmpty()) {
      LOG.info("{} executor(s) of the JVM before are taken over", mine.size());
    }
  }

  /** Of this very driver pod, therefore with its settings and image, and alive. */
  private boolean usable(Pod pod) {
    String driver = System.getenv("TIDEMARK_POD_UID");
    boolean own =
        pod.getMetadata().getOwnerReferences().stream()
            .anyMatch(owner -> owner.getUid().equals(driver));
    return own
        && pod.getMetadata().getDeletionTimestamp() == null
        && pod.getMetadata().getLabels().containsKey(ID)
        && "Running".equals(pod.getStatus().getPhase());
  }

  /**
   * A later epoch's executors are none of ours, should this driver itself turn out to be the older
   * one.
   */
  private static long epoch(Pod pod) {
    return Long.parseLong(pod.getMetadata().getLabels().getOrDefault(EPOCH, "0"));
  }

  private static long id(Pod pod) {
    return Long.parseLong(pod.getMetadata().getLabels().get(ID));
  }

  /** Now an executor of this application and epoch: Spark finds its pods by these labels. */
  private Pod relabelled(Pod pod) {
    Map<String, String> labels = Map.of(APP, appId(), EPOCH, conf.get(LABEL + EPOCH));
    Pod patch =
        new PodBuilder()
            .withNewMetadata()
            .withName(pod.getMetadata().getName())
            .withNamespace(pod.getMetadata().getNamespace())
            .addToLabels(labels)
            .endMetadata()
            .build();
    return kubernetes
        .pods()
        .inNamespace(namespace())
        .withName(pod.getMetadata().getName())
        .patch(PatchContext.of(PatchType.STRATEGIC_MERGE), patch);
  }
}
