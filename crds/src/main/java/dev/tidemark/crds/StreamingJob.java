package dev.tidemark.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;

/**
 * One streaming computation: which topics to read, what to keep, where to write it, and where its
 * checkpoint lies.
 */
@Group(StreamingJob.GROUP)
@Version(StreamingJob.VERSION)
@Kind(StreamingJob.KIND)
@Plural("streamingjobs")
@Singular("streamingjob")
@ShortNames("sj")
@Categories({"all", "tidemark"})
@ValidationRule(
    value = "size(self.metadata.name) <= 40",
    message =
        "the name of a StreamingJob has at most 40 characters: the names of its pods and of its leases are made from it")
@ValidationRule(
    value = "self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
    message =
        "the name of a StreamingJob begins with a letter and has only lower case letters, digits and '-': the names of"
            + " its pods are made from it")
@AdditionalPrinterColumn(
    name = "Phase",
    jsonPath = ".status.phase",
    type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
    name = "Revision",
    jsonPath = ".status.revision",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
    name = "Restarts",
    jsonPath = ".status.restarts",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
    name = "Lag",
    jsonPath = ".status.lag",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
    name = "Checkpoint",
    jsonPath = ".status.checkpoint.time",
    type = AdditionalPrinterColumn.Type.DATE)
@AdditionalPrinterColumn(
    name = "Backup",
    jsonPath = ".status.backup.lastSuccess.time",
    type = AdditionalPrinterColumn.Type.DATE)
@AdditionalPrinterColumn(
    name = "Age",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE)
@AdditionalPrinterColumn(
    name = "Ready",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].status",
    type = AdditionalPrinterColumn.Type.STRING,
    priority = 1)
@AdditionalPrinterColumn(
    name = "Message",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].message",
    type = AdditionalPrinterColumn.Type.STRING,
    priority = 1)
public class StreamingJob extends CustomResource<StreamingJobSpec, StreamingJobStatus>
    implements Namespaced {
  public static final String GROUP = "tidemark.dev";
  public static final String VERSION = "v1alpha1";
  public static final String KIND = "StreamingJob";

  @Override
  @Required
  @JsonPropertyDescription(
      "What the job computes and how it is run. A change is judged by a check run first; until it is accepted, the job"
          + " goes on as before.")
  public StreamingJobSpec getSpec() {
    return super.getSpec();
  }

  @Override
  @JsonPropertyDescription(
      "What Tidemark sees and does. Written by Tidemark only; losing it changes nothing.")
  public StreamingJobStatus getStatus() {
    return super.getStatus();
  }
}
