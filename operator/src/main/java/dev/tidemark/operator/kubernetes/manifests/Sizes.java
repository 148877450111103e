package dev.tidemark.operator.kubernetes.manifests;

import dev.tidemark.crds.Defaults;
import dev.tidemark.crds.Driver;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;

/**
 * What a pod asks for. Memory: heap plus a tenth, at least 384Mi, for what the JVM needs beside its
 * heap; request equals limit, since a heap does not shrink. CPU: a quarter of the cores as request
 * and no limit: a streaming job idles between batches, and a limit would slow down exactly the
 * starts that should be fast.
 */
final class Sizes {
  private static final int LEAST_OVERHEAD = 384;

  private Sizes() {}

  static ResourceRequirements of(double cores, String memory) {
    return of(cores, memory, 0);
  }

  /** Of a driver pod: a JVM that stands by needs memory of its own, and idles. */
  static ResourceRequirements of(Driver driver) {
    boolean standby = Boolean.TRUE.equals(driver.standby());
    return of(
        driver.cores(),
        driver.memory(),
        standby ? Durations.mebibytes(Defaults.STANDBY_MEMORY) : 0);
  }

  private static ResourceRequirements of(double cores, String memory, int more) {
    int heap = Durations.mebibytes(memory);
    Quantity pod = new Quantity(heap + Math.max(LEAST_OVERHEAD, heap / 10) + more + "Mi");
    Quantity cpu = new Quantity(Math.max(10, Math.round(cores * 250)) + "m");
    return new ResourceRequirementsBuilder()
        .addToRequests("cpu", cpu)
        .addToRequests("memory", pod)
        .addToLimits("memory", pod)
        .build();
  }
}
