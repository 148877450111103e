package dev.tidemark.e2e;

import io.fabric8.kubernetes.client.dsl.RollableScalableResource;
import java.util.concurrent.TimeUnit;

/** A second MinIO, whose data lives and dies with its pod, and which speaks TLS alone. */
public final class SpareStore implements AutoCloseable {
  private static final String ENDPOINT = "https://minio-spare.infra.svc:9000";

  private static final int SECONDS = 90;

  private final RollableScalableResource<io.fabric8.kubernetes.api.model.apps.Deployment> minio;

  /** Starts it, empty but for its buckets. */
  public SpareStore(Cluster cluster) {
    minio =
        cluster.client().apps().deployments().inNamespace(Cluster.INFRA).withName("minio-spare");
    lose();
    scale(1);
  }

  /** The store as pods see it. */
  public String endpoint() {
    return ENDPOINT;
  }

  /** It is gone, with all that it held. */
  public void lose() {
    scale(0);
  }

  private void scale(int replicas) {
    minio.scale(replicas);
    minio.waitUntilCondition(
        d ->
            d != null
                && d.getStatus() != null
                && (d.getStatus().getReplicas() == null ? 0 : d.getStatus().getReplicas())
                    == replicas
                && (d.getStatus().getReadyReplicas() == null ? 0 : d.getStatus().getReadyReplicas())
                    == replicas,
        SECONDS,
        TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    lose();
  }
}
