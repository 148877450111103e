package dev.tidemark.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.security.NoSuchAlgorithmException;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;

final class ApiClientTest {
  private static final String LEASE =
      """
      {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
       "metadata": {"name": "important-events-driver", "resourceVersion": "7",
        "annotations": {"tidemark.dev/progress": "{}"},
        "managedFields": [{"manager": "driver", "operation": "Update", "fieldsV1": {"f:spec": {"f:renewTime": {}}}}]},
       "spec": {"holderIdentity": "important-events-driver-1"}}
      """;

  @Test
  void readsObjectsWithoutTheirManagedFields() {
    Lease lease = ApiClient.serialization().unmarshal(LEASE, Lease.class);
    assertThat(lease.getMetadata().getManagedFields()).isEmpty();
    assertThat(lease.getMetadata().getAdditionalProperties()).isEmpty();
    assertThat(lease.getMetadata().getAnnotations()).containsKey("tidemark.dev/progress");
    assertThat(lease.getMetadata().getResourceVersion()).isEqualTo("7");
    assertThat(lease.getSpec().getHolderIdentity()).isEqualTo("important-events-driver-1");
  }

  /** A name that the JVM does not know would be left out without a word. */
  @Test
  void asksForCiphersThatThereAre() throws NoSuchAlgorithmException {
    assertThat(SSLContext.getDefault().getSupportedSSLParameters().getCipherSuites())
        .containsAll(ApiClient.CIPHERS);
  }

  @Test
  void writesNoneEither() {
    String written =
        ApiClient.serialization().asJson(ApiClient.serialization().unmarshal(LEASE, Lease.class));
    assertThat(written).contains("important-events-driver").doesNotContain("managedFields");
  }
}
