package dev.tidemark.operator;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.kubernetes.client.vertx.VertxHttpClientFactory;
import io.vertx.ext.web.client.WebClientOptions;

/**
 * The client of the API server. It leaves {@code managedFields} out of what it reads: nobody here
 * asks who set a field, and with many jobs they were the larger part of the caches. The API server
 * keeps them of an object that is written without. Long lists come compressed: that takes less time
 * than to decipher them as they are.
 */
final class ApiClient {
  private ApiClient() {}

  @JsonIgnoreProperties("managedFields")
  private interface WithoutManagedFields {}

  private static final class Compressing extends VertxHttpClientFactory {
    @Override
    protected void additionalConfig(WebClientOptions options) {
      options.setDecompressionSupported(true);
    }
  }

  static KubernetesClient connect() {
    return new KubernetesClientBuilder()
        .withHttpClientFactory(new Compressing())
        .withKubernetesSerialization(serialization())
        .build();
  }

  static KubernetesSerialization serialization() {
    ObjectMapper mapper = new ObjectMapper();
    mapper.addMixIn(ObjectMeta.class, WithoutManagedFields.class);
    return new KubernetesSerialization(mapper, true);
  }
}
