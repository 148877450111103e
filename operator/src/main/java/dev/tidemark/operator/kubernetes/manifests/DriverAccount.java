package dev.tidemark.operator.kubernetes.manifests;

import dev.tidemark.crds.StreamingJob;
import dev.tidemark.crds.StreamingJobSpec;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import io.fabric8.kubernetes.api.model.rbac.Subject;
import io.fabric8.kubernetes.api.model.rbac.SubjectBuilder;
import java.util.ArrayList;
import java.util.List;

/**
 * Who a driver is and what it may do: its own Lease, by name, and pods only where it has executors.
 */
public final class DriverAccount {
  private static final String RBAC = "rbac.authorization.k8s.io";

  private DriverAccount() {}

  /** Account and rights. */
  public static List<HasMetadata> of(StreamingJob job, StreamingJobSpec spec, Platform platform) {
    List<HasMetadata> objects = new ArrayList<>(account(job, spec));
    objects.addAll(rights(job, spec, platform));
    return objects;
  }

  /** The service account, unless the user named one: no pod can be made before it. */
  public static List<HasMetadata> account(StreamingJob job, StreamingJobSpec spec) {
    return spec.serviceAccountName() != null
        ? List.of()
        : List.of(
            new ServiceAccountBuilder()
                .withMetadata(meta(job, name(job)))
                .withAutomountServiceAccountToken(false)
                .build());
  }

  /** What the account may do, and the Lease it does it to. */
  public static List<HasMetadata> rights(
      StreamingJob job, StreamingJobSpec spec, Platform platform) {
    String name = name(job);
    List<HasMetadata> objects = new ArrayList<>();
    objects.add(
        new RoleBuilder()
            .withMetadata(meta(job, name))
            .addNewRule()
            .withApiGroups("coordination.k8s.io")
            .withResources("leases")
            .withResourceNames(name)
            .withVerbs("get", "update", "patch")
            .endRule()
            .build());
    Subject subject =
        new SubjectBuilder()
            .withKind("ServiceAccount")
            .withName(DriverPod.account(job, spec))
            .withNamespace(job.getMetadata().getNamespace())
            .build();
    objects.add(
        new RoleBindingBuilder()
            .withMetadata(meta(job, name))
            .withNewRoleRef(RBAC, "Role", name)
            .withSubjects(subject)
            .build());
    if (spec.executor().instances() > 0) {
      objects.add(
          new RoleBindingBuilder()
              .withMetadata(meta(job, job.getMetadata().getName() + "-executors"))
              .withNewRoleRef(RBAC, "ClusterRole", platform.executorClusterRole())
              .withSubjects(subject)
              .build());
    }
    objects.add(lease(job));
    return objects;
  }

  /** The driver may not create it: a right to create cannot be bound to a name. */
  public static Lease lease(StreamingJob job) {
    return new LeaseBuilder().withMetadata(meta(job, name(job))).withNewSpec().endSpec().build();
  }

  private static String name(StreamingJob job) {
    return job.getMetadata().getName() + "-driver";
  }

  private static ObjectMeta meta(StreamingJob job, String name) {
    return new ObjectMetaBuilder()
        .withName(name)
        .withNamespace(job.getMetadata().getNamespace())
        .withLabels(Labels.of(job.getMetadata().getName(), Labels.DRIVER))
        .withOwnerReferences(Owner.of(job))
        .build();
  }
}
