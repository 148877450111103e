package dev.tidemark.job.progress;

import dev.tidemark.job.settings.Settings;
import java.io.IOException;
import java.util.Optional;

/** The job's Lease, as this pod may read and write it. */
public final class JobLease implements LeaseObject {
  private final ApiServer api;
  private final String path;

  private JobLease(ApiServer api, String path) {
    this.api = api;
    this.path = path;
  }

  /** The Lease that the settings name; empty outside of a cluster. */
  public static Optional<JobLease> of(Settings settings) {
    String path =
        "/apis/coordination.k8s.io/v1/namespaces/"
            + settings.job().namespace()
            + "/leases/"
            + settings.runtime().lease();
    return ApiServer.ofPod().map(api -> new JobLease(api, path));
  }

  @Override
  public String get() throws IOException, InterruptedException {
    return api.get(path);
  }

  @Override
  public void merge(String json) throws IOException, InterruptedException {
    api.mergePatch(path, json);
  }

  @Override
  public String toString() {
    return path;
  }
}
