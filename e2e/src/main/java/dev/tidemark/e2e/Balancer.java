package dev.tidemark.e2e;

import io.fabric8.kubernetes.api.model.Pod;

/**
 * The load balancer before MinIO, which can answer with errors in the store's place. There is one:
 * scenarios that use it must not run at the same time.
 */
public final class Balancer implements AutoCloseable {
  private static final String NAME = "nginx";
  private static final String ALL = "/tmp/refuse-all";
  private static final String HALF = "/tmp/refuse-half";

  private final Faults faults;
  private final Pod pod;

  /** The balancer, which hands everything on until it is told otherwise. */
  public Balancer(Scene scene) {
    faults = scene.faults();
    pod =
        scene
            .cluster()
            .client()
            .pods()
            .inNamespace(Cluster.INFRA)
            .withLabel("app", NAME)
            .list()
            .getItems()
            .stream()
            .filter(candidate -> candidate.getMetadata().getDeletionTimestamp() == null)
            .findFirst()
            .orElseThrow(
                () -> new IllegalStateException("There is no nginx. Run `make infra` first?"));
    mend();
  }

  /** The store as pods see it through the balancer. */
  public String endpoint() {
    return "http://nginx.infra.svc:9000";
  }

  /** Every answer is 503. */
  public void refuseAll() {
    tell("touch " + ALL);
  }

  /** About every second answer is 500. */
  public void refuseHalf() {
    tell("touch " + HALF);
  }

  /** As if nothing had been. */
  public void mend() {
    tell("rm -f %s %s".formatted(ALL, HALF));
  }

  private void tell(String command) {
    faults.exec(pod, NAME, command + " && echo done");
  }

  @Override
  public void close() {
    mend();
  }
}
