package dev.tidemark.operator;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.List;

/**
 * The client of the API server. It leaves {@code managedFields} out of what it reads: nobody here
 * asks who set a field, and with many jobs they were the larger part of the caches. The API server
 * keeps them of an object that is written without.
 */
final class ApiClient {
  /**
   * The first is asked for, the others are for a server that has not got it. C1, which alone
   * compiles this program, has none of the processor's instructions for AES and takes four times as
   * long.
   */
  static final List<String> CIPHERS =
      List.of(
          "TLS_CHACHA20_POLY1305_SHA256",
          "TLS_AES_128_GCM_SHA256",
          "TLS_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384");

  private ApiClient() {}

  @JsonIgnoreProperties("managedFields")
  private interface WithoutManagedFields {}

  static KubernetesClient connect() {
    System.setProperty("jdk.tls.client.cipherSuites", String.join(",", CIPHERS));
    return new KubernetesClientBuilder().withKubernetesSerialization(serialization()).build();
  }

  static KubernetesSerialization serialization() {
    ObjectMapper mapper = new ObjectMapper();
    mapper.addMixIn(ObjectMeta.class, WithoutManagedFields.class);
    return new KubernetesSerialization(mapper, true);
  }
}
