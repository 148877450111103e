package dev.tidemark.operator.kubernetes.manifests;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;

/**
 * Who an object belongs to: deleting the job deletes everything it owns, without a finalizer that
 * could hang.
 */
public final class Owner {
  private Owner() {}

  static OwnerReference of(HasMetadata owner) {
    return new OwnerReferenceBuilder()
        .withApiVersion(owner.getApiVersion())
        .withKind(owner.getKind())
        .withName(owner.getMetadata().getName())
        .withUid(owner.getMetadata().getUid())
        .withController(true)
        .withBlockOwnerDeletion(false)
        .build();
  }

  /** By uid: an object of a deleted job of the same name is not ours. */
  public static boolean is(HasMetadata object, String jobUid) {
    return object.getMetadata().getOwnerReferences() != null
        && object.getMetadata().getOwnerReferences().stream()
            .anyMatch(o -> jobUid.equals(o.getUid()));
  }

  /** Which other object an object belongs to, in words. */
  public static String described(HasMetadata object) {
    return object.getMetadata().getOwnerReferences() == null
            || object.getMetadata().getOwnerReferences().isEmpty()
        ? "nobody Tidemark knows"
        : object.getMetadata().getOwnerReferences().stream()
            .map(o -> o.getKind() + " " + o.getName() + " (uid " + o.getUid() + ")")
            .findFirst()
            .orElseThrow();
  }
}
