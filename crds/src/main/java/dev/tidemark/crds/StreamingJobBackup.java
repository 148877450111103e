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

/** A verified copy of a job's checkpoint: made by a schedule, by hand, or found in its location. */
@Group(StreamingJob.GROUP)
@Version(StreamingJob.VERSION)
@Kind(StreamingJobBackup.KIND)
@Plural("streamingjobbackups")
@Singular("streamingjobbackup")
@ShortNames("sjb")
@Categories({"all", "tidemark"})
@ValidationRule(
    value = "self.metadata.name.matches('^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$')",
    message =
        "the name of a StreamingJobBackup has at most 63 small letters, digits and '-': its run and the backup are named"
            + " like it")
@AdditionalPrinterColumn(
    name = "Job",
    jsonPath = ".spec.jobRef.name",
    type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
    name = "Phase",
    jsonPath = ".status.phase",
    type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
    name = "Batch",
    jsonPath = ".status.state.batch",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
    name = "Objects",
    jsonPath = ".status.objects.total",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
    name = "Copied",
    jsonPath = ".status.objects.copied",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
    name = "Bytes",
    jsonPath = ".status.bytes.total",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
    name = "Verified",
    jsonPath = ".status.verification.at",
    type = AdditionalPrinterColumn.Type.DATE)
@AdditionalPrinterColumn(
    name = "Age",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE)
@AdditionalPrinterColumn(
    name = "Slot",
    jsonPath = ".spec.slot",
    type = AdditionalPrinterColumn.Type.STRING,
    priority = 1)
@AdditionalPrinterColumn(
    name = "Percent",
    jsonPath = ".status.progress.percent",
    type = AdditionalPrinterColumn.Type.INTEGER,
    priority = 1)
@AdditionalPrinterColumn(
    name = "Seconds",
    jsonPath = ".status.seconds",
    type = AdditionalPrinterColumn.Type.INTEGER,
    priority = 1)
@AdditionalPrinterColumn(
    name = "Message",
    jsonPath = ".status.conditions[?(@.type==\"Complete\")].message",
    type = AdditionalPrinterColumn.Type.STRING,
    priority = 1)
public class StreamingJobBackup
    extends CustomResource<StreamingJobBackupSpec, StreamingJobBackupStatus> implements Namespaced {
  public static final String KIND = "StreamingJobBackup";

  @Override
  @Required
  @JsonPropertyDescription("Which checkpoint is backed up, and what becomes of the backup.")
  public StreamingJobBackupSpec getSpec() {
    return super.getSpec();
  }

  @Override
  @JsonPropertyDescription(
      "What is known of the backup. Written by Tidemark only; what makes it a backup lies beside its objects.")
  public StreamingJobBackupStatus getStatus() {
    return super.getStatus();
  }
}
