package dev.tidemark.operator.kubernetes.manifests;

import dev.tidemark.crds.StreamingJob;

/**
 * What objects are built with beside the job itself.
 *
 * @param cluster identity of this cluster, for the owner record
 * @param defaultImage image of a job that names none and never ran
 * @param backupImage image of the runs that make backups and put them back
 * @param executorClusterRole the chart's ClusterRole that driver pods with executors are bound to
 */
public record Platform(
    String cluster, String defaultImage, String backupImage, String executorClusterRole) {

  /** The image a job runs with: what it asks for, what it runs already, or the default. */
  String imageOf(StreamingJob job) {
    if (job.getSpec().driverImage() != null) {
      return job.getSpec().driverImage();
    }
    return job.getStatus() == null || job.getStatus().image() == null
        ? defaultImage
        : job.getStatus().image();
  }
}
