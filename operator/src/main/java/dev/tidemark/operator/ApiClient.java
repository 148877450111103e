package dev.tidemark.operator;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;

/**
 * The client of the API server. It leaves {@code managedFields} out of what it reads: nobody here
 * asks who set a field, and with many jobs they were the larger part of the caches. The API server
 * keeps them of an object that is written without.
 */
final class ApiClient {
  private ApiClient() {}

  @JsonIgnoreProperties("managedFields")
  private interface WithoutManagedFields {}

  static KubernetesClient connect() {
    return new KubernetesClientBuilder().withKubernetesSerialization(serialization()).build();
  }

  static KubernetesSerialization serialization() {
    ObjectMapper mapper = new ObjectMapper();
    mapper.addMixIn(ObjectMeta.class, WithoutManagedFields.class);
    return new KubernetesSerialization(mapper, true);
  }
}
