package dev.tidemark.operator.kubernetes;

import dev.tidemark.operator.core.Outcome;
import dev.tidemark.operator.core.Reason;
import dev.tidemark.operator.kubernetes.manifests.Owner;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.DeleteOptions;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.FieldValidateable;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Makes a job's objects. Names are the lock: what exists and is the job's own has been made before.
 */
final class Objects {
  private final KubernetesClient client;
  private final String jobUid;
  private final String namespace;
  private final Executor threads;
  private final Consumer<HasMetadata> created;

  /**
   * Objects of one job; {@code created} is told of every one made, so that the caches know at once.
   */
  Objects(
      KubernetesClient client, HasMetadata owner, Executor threads, Consumer<HasMetadata> created) {
    this.client = client;
    this.jobUid = owner.getMetadata().getUid();
    this.namespace = owner.getMetadata().getNamespace();
    this.threads = threads;
    this.created = created;
  }

  /**
   * Makes objects, as many at the same time as may be: a missing binding comes after its role,
   * since the API server reads the role before it lets anybody bind it.
   */
  Outcome all(List<HasMetadata> wanted) {
    return join(making(wanted));
  }

  /** The same, not waited for; the outcome is that of the first that was refused. */
  CompletableFuture<Outcome> making(List<HasMetadata> wanted) {
    CompletableFuture<Outcome> role =
        wanted.stream()
            .filter(Role.class::isInstance)
            .findFirst()
            .map(this::making)
            .orElse(CompletableFuture.completedFuture(Outcome.DONE));
    return wanted.stream()
        .map(o -> o instanceof Role ? role : o instanceof RoleBinding ? after(role, o) : making(o))
        .reduce(
            CompletableFuture.completedFuture(Outcome.DONE),
            (one, other) -> one.thenCombine(other, (a, b) -> a.done() ? b : a));
  }

  /** The outcome, or what the API server said, as if it had been asked here. */
  static Outcome join(CompletableFuture<Outcome> making) {
    try {
      return making.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof KubernetesClientException cause) {
        throw cause;
      }
      throw e;
    }
  }

  /**
   * What the API server refuses is an outcome with a sentence, and so is a template that makes no
   * pod; where nobody answers, the whole reconciliation is tried again.
   */
  static Outcome refusable(String what, Supplier<Outcome> work) {
    try {
      return work.get();
    } catch (KubernetesClientException e) {
      if (e.getCode() < 400) {
        throw e; // nobody answered: that is for the retry of the whole reconciliation
      }
      String message =
          e.getStatus() != null && e.getStatus().getMessage() != null
              ? e.getStatus().getMessage()
              : e.getMessage();
      return Outcome.refused(
          e.getCode() >= 500 ? Reason.ApiServerError : Reason.PodRejected,
          "The API server refused " + what + " (" + e.getCode() + "): " + message);
    } catch (IllegalArgumentException badTemplate) {
      return Outcome.refused(
          Reason.PodRejected, "The pod template does not make a pod: " + badTemplate.getMessage());
    }
  }

  private CompletableFuture<Outcome> making(HasMetadata wanted) {
    return CompletableFuture.supplyAsync(() -> ensured(wanted), threads);
  }

  private CompletableFuture<Outcome> after(CompletableFuture<Outcome> role, HasMetadata binding) {
    return CompletableFuture.supplyAsync(() -> client.resource(binding).get(), threads)
        .thenCombineAsync(
            role,
            (found, made) ->
                !made.done() ? made : found == null ? one(binding) : judged(binding, found),
            threads);
  }

  /** Settings and pods are new most of the time, the account is there most of the time. */
  private Outcome ensured(HasMetadata wanted) {
    if (wanted instanceof ConfigMap) {
      return one(wanted);
    }
    HasMetadata found = client.resource(wanted).get();
    return found == null ? one(wanted) : judged(wanted, found);
  }

  Outcome one(HasMetadata wanted) {
    return one(wanted, FieldValidateable.Validation.WARN);
  }

  Outcome one(HasMetadata wanted, FieldValidateable.Validation unknownFields) {
    try {
      created.accept(client.resource(wanted).fieldValidation(unknownFields).create());
      return Outcome.DONE;
    } catch (KubernetesClientException e) {
      if (e.getCode() != 409) {
        throw e;
      }
      HasMetadata found = client.resource(wanted).get();
      if (found == null) {
        throw e; // gone between the two calls, or its namespace is on the way out
      }
      return judged(wanted, found);
    }
  }

  /** An object of the name exists: ours is as good as made, any other stands in the way. */
  private Outcome judged(HasMetadata wanted, HasMetadata found) {
    String what = wanted.getKind() + " " + wanted.getMetadata().getName();
    if (!Owner.is(found, jobUid)) {
      return Outcome.refused(
          Reason.NameCollision,
          what
              + " exists and belongs to "
              + Owner.described(found)
              + ". Delete it, or give the job another name.");
    }
    if (found.getMetadata().getDeletionTimestamp() != null && !(found instanceof Pod)) {
      return Outcome.refused(Reason.NameCollision, what + " is being deleted and is needed again.");
    }
    if (found instanceof Pod || found instanceof ConfigMap) {
      created.accept(found);
    }
    mend(wanted, found);
    return Outcome.DONE;
  }

  /** Rights are kept as they should be: the service account of a job may change. */
  private void mend(HasMetadata wanted, HasMetadata found) {
    if (wanted instanceof Role right
        && found instanceof Role there
        && !right.getRules().equals(there.getRules())) {
      client.resource(new RoleBuilder(there).withRules(right.getRules()).build()).update();
    }
    if (wanted instanceof RoleBinding right
        && found instanceof RoleBinding there
        && !right.getSubjects().equals(there.getSubjects())) {
      client
          .resource(new RoleBindingBuilder(there).withSubjects(right.getSubjects()).build())
          .update();
    }
  }

  /** Deletes an object of the job, if it is still the one of that uid; null stands for any. */
  void delete(String plural, String name, String uid, Long grace) {
    DeleteOptions options =
        new DeleteOptionsBuilder()
            .withApiVersion("v1")
            .withKind("DeleteOptions")
            .withGracePeriodSeconds(grace)
            .withPropagationPolicy("Background")
            .build();
    if (uid != null) {
      options =
          new DeleteOptionsBuilder(options)
              .withNewPreconditions()
              .withUid(uid)
              .endPreconditions()
              .build();
    }
    String path = "/api/v1/namespaces/" + namespace + "/" + plural + "/" + name;
    try {
      client.raw(path, "DELETE", options);
    } catch (KubernetesClientException e) {
      if (e.getCode() != 404 && e.getCode() != 409) {
        throw e;
      }
    }
  }
}
