package dev.tidemark.operator.kubernetes;

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
    int heap = Durations.mebibytes(memory);
    Quantity pod = new Quantity(heap + Math.max(LEAST_OVERHEAD, heap / 10) + "Mi");
    Quantity cpu = new Quantity(Math.max(10, Math.round(cores * 250)) + "m");
    return new ResourceRequirementsBuilder()
        .addToRequests("cpu", cpu)
        .addToRequests("memory", pod)
        .addToLimits("memory", pod)
        .build();
  }
}
