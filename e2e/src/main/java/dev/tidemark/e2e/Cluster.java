package dev.tidemark.e2e;

import io.fabric8.kubernetes.api.model.LimitRange;
import io.fabric8.kubernetes.api.model.LimitRangeBuilder;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;

/**
 * The Kubernetes cluster the scenarios run on: {@code $KUBECONFIG}, else the one {@code make
 * cluster} made.
 */
public final class Cluster implements AutoCloseable {
  /** Where Kafka, PostgreSQL and MinIO live. */
  public static final String INFRA = "infra";

  /** Where the operator lives. */
  public static final String OPERATOR = "tidemark-system";

  /** The Secret with the authority that signed the certificates of Kafka, PostgreSQL and MinIO. */
  public static final String AUTHORITY = "ca";

  private final KubernetesClient client;

  private Cluster(KubernetesClient client) {
    this.client = client;
  }

  /** Connects; fails with a sentence when there is no kubeconfig. */
  public static Cluster connect() {
    File file = kubeconfig();
    if (!file.isFile()) {
      throw new IllegalStateException(
          "There is no kubeconfig at " + file + ". Run `make cluster` first, or set KUBECONFIG.");
    }
    Config config = Config.fromKubeconfig(file);
    config.setRequestTimeout(30_000);
    return new Cluster(new KubernetesClientBuilder().withConfig(config).build());
  }

  /** The kubeconfig in use. */
  public static File kubeconfig() {
    String named = System.getenv("KUBECONFIG");
    if (named != null && !named.isBlank()) {
      return new File(named);
    }
    String home = System.getenv("TIDEMARK_HOME");
    return home == null || home.isBlank()
        ? new File(System.getProperty("user.home"), ".cache/tidemark/kubeconfig")
        : new File(home, "kubeconfig");
  }

  /** The client; closed with this object. */
  public KubernetesClient client() {
    return client;
  }

  /** Entries of a Secret, decoded. */
  public String secret(String namespace, String name, String key) {
    Secret secret = client.secrets().inNamespace(namespace).withName(name).get();
    if (secret == null || !secret.getData().containsKey(key)) {
      throw new IllegalStateException(
          "Secret %s/%s has no key %s.".formatted(namespace, name, key));
    }
    return new String(
        Base64.getDecoder().decode(secret.getData().get(key)), StandardCharsets.UTF_8);
  }

  /**
   * Makes a namespace a job can run in: it enforces the {@code restricted} Pod Security level and
   * holds the Secrets {@code pg}, {@code minio} and {@code ca}.
   */
  public void createJobNamespace(String name) {
    Namespace namespace =
        new NamespaceBuilder()
            .withNewMetadata()
            .withName(name)
            .withLabels(
                Map.of(
                    "pod-security.kubernetes.io/enforce",
                    "restricted",
                    "tidemark.dev/e2e",
                    "scenario"))
            .endMetadata()
            .build();
    client.namespaces().resource(namespace).unlock().createOr(existing -> existing.update());
    copySecret("pg", name, "pg");
    copySecret("minio", name, "minio");
    copySecret(AUTHORITY, name, AUTHORITY);
  }

  /** Copies a Secret of the stores to a namespace, under another name if need be. */
  public void copySecret(String name, String namespace, String as) {
    Secret original = client.secrets().inNamespace(INFRA).withName(name).get();
    if (original == null) {
      throw new IllegalStateException(
          "Secret %s/%s is missing. Run `make infra` first.".formatted(INFRA, name));
    }
    Secret copy =
        new SecretBuilder()
            .withNewMetadata()
            .withName(as)
            .withNamespace(namespace)
            .endMetadata()
            .withType(original.getType())
            .withData(original.getData())
            .build();
    client.secrets().inNamespace(namespace).resource(copy).createOr(existing -> existing.update());
  }

  /** Makes a Secret with these entries. */
  public void createSecret(String namespace, String name, Map<String, String> entries) {
    Secret secret =
        new SecretBuilder()
            .withNewMetadata()
            .withName(name)
            .withNamespace(namespace)
            .endMetadata()
            .withStringData(entries)
            .build();
    client.secrets().inNamespace(namespace).resource(secret).create();
  }

  /** Sets one entry of a Secret that is there. */
  public void setSecret(String namespace, String name, String key, String value) {
    client
        .secrets()
        .inNamespace(namespace)
        .withName(name)
        .edit(
            secret ->
                new SecretBuilder(secret)
                    .addToData(
                        key,
                        Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8)))
                    .build());
  }

  /** Allows the pods of a namespace so much of something together. */
  public void setQuota(String namespace, String resource, String amount) {
    ResourceQuota quota =
        new ResourceQuotaBuilder()
            .withNewMetadata()
            .withName("e2e")
            .withNamespace(namespace)
            .endMetadata()
            .withNewSpec()
            .addToHard(resource, new Quantity(amount))
            .endSpec()
            .build();
    client
        .resourceQuotas()
        .inNamespace(namespace)
        .resource(quota)
        .unlock()
        .createOr(existing -> existing.update());
  }

  /** Allows each container of a namespace so much of something. */
  public void setLimit(String namespace, String resource, String amount) {
    LimitRange limits =
        new LimitRangeBuilder()
            .withNewMetadata()
            .withName("e2e")
            .withNamespace(namespace)
            .endMetadata()
            .withNewSpec()
            .addNewLimit()
            .withType("Container")
            .addToMax(resource, new Quantity(amount))
            .endLimit()
            .endSpec()
            .build();
    client
        .limitRanges()
        .inNamespace(namespace)
        .resource(limits)
        .unlock()
        .createOr(existing -> existing.update());
  }

  @Override
  public void close() {
    client.close();
  }
}
