package dev.tidemark.operator.kubernetes.manifests;

import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSecurityContextBuilder;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TolerationBuilder;
import java.util.List;

/**
 * What the Pod Security level {@code restricted} asks of every pod of a job, and what all of them
 * share.
 */
final class Restricted {
  private static final long USER = 10001L;

  private Restricted() {}

  static PodSecurityContext pod() {
    return new PodSecurityContextBuilder()
        .withRunAsNonRoot(true)
        .withRunAsUser(USER)
        .withRunAsGroup(USER)
        .withFsGroup(USER)
        .withNewSeccompProfile()
        .withType("RuntimeDefault")
        .endSeccompProfile()
        .build();
  }

  static SecurityContext container() {
    return new SecurityContextBuilder()
        .withAllowPrivilegeEscalation(false)
        .withReadOnlyRootFilesystem(true)
        .withNewCapabilities()
        .withDrop("ALL")
        .endCapabilities()
        .build();
  }

  /**
   * A pod leaves a node that does not answer as soon as Kubernetes says so, by default after 50 s
   * of silence, and not five minutes later. A node that says itself that it is not ready, such as
   * one whose container runtime is restarted, gets half a minute.
   */
  static List<Toleration> tolerations() {
    return List.of(
        tolerates("node.kubernetes.io/not-ready", 30L),
        tolerates("node.kubernetes.io/unreachable", 0L));
  }

  private static Toleration tolerates(String taint, long seconds) {
    return new TolerationBuilder()
        .withKey(taint)
        .withOperator("Exists")
        .withEffect("NoExecute")
        .withTolerationSeconds(seconds)
        .build();
  }
}
