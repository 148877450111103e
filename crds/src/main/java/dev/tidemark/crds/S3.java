package dev.tidemark.crds;

import static dev.tidemark.crds.Defaults.or;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/** How an S3 store is reached. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value =
        "!has(self.endpoint) || self.endpoint.matches('^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?$')",
    fieldPath = ".endpoint",
    message =
        "endpoint is http:// or https://, a host and perhaps a port, without a path, such as https://minio.example.org:9000;"
            + " leave it out for AWS")
@ValidationRule(
    value =
        "!has(self.caSecretRef) || (has(self.endpoint) && self.endpoint.startsWith('https://'))",
    fieldPath = ".caSecretRef",
    message = "caSecretRef is for an https:// endpoint; without one it would be ignored")
public record S3(
    @Size(max = 512)
        @JsonPropertyDescription(
            "Address of the store, such as http://minio:9000. Leave it out for AWS, where the region says it.")
        String endpoint,
    @Default(Defaults.REGION)
        @Size(min = 1, max = 64)
        @JsonPropertyDescription(
            "Region used to sign requests. Most stores other than AWS accept any.")
        String region,
    @Default(Defaults.FALSE)
        @JsonPropertyDescription(
            "Address buckets as <endpoint>/<bucket> and not as <bucket>.<endpoint>. MinIO and most stores with an own"
                + " endpoint need true.")
        Boolean pathStyleAccess,
    @JsonPropertyDescription(
            "Secret with the keys AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and perhaps AWS_SESSION_TOKEN. Read again when"
                + " it changes; no restart is needed. Without it, the identity of the pod's service account is used"
                + " (workload identity).")
        SecretRef credentialsSecretRef,
    @JsonPropertyDescription(
            "Secret whose key ca.crt holds the certificates (PEM) of the authorities that sign the endpoint's own.")
        SecretRef caSecretRef) {
  public S3 {
    region = or(region, Defaults.REGION);
    pathStyleAccess = or(pathStyleAccess, false);
  }
}
