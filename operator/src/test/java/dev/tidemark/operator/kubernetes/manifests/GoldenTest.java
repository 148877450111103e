package dev.tidemark.operator.kubernetes.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.crds.SecretRef;
import dev.tidemark.crds.Sink;
import dev.tidemark.crds.StreamingJob;
import dev.tidemark.crds.StreamingJobBackup;
import dev.tidemark.crds.StreamingJobBackupSpec;
import dev.tidemark.operator.core.CheckPlan;
import dev.tidemark.operator.core.DriverPlan;
import dev.tidemark.operator.core.Fingerprint;
import dev.tidemark.operator.core.RestorePlan;
import dev.tidemark.operator.core.Wanted;
import dev.tidemark.operator.core.backup.BackupDecision;
import dev.tidemark.operator.kubernetes.reading.LeaseReader;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a StreamingJob is made into, compared with committed files; {@code -Dgolden.update=true}
 * writes them anew. The settings are those of {@code contract/settings}, which the driver's tests
 * read too.
 */
final class GoldenTest {
  private static final Path CONTRACT = Path.of("../contract/settings");
  private static final Path GOLDEN = Path.of("src/test/resources/golden");
  private static final Platform PLATFORM =
      new Platform(
          "7d1c9a52-0000-4000-8000-000000000001",
          "tidemark/streaming-job:dev",
          "tidemark/backup:dev",
          "tidemark-executors");

  static StreamingJob job(Path yaml) throws IOException {
    return Json.KUBERNETES.unmarshal(Files.readString(yaml), StreamingJob.class);
  }

  private static Fingerprint fingerprint(StreamingJob job) {
    Wanted wanted = SpecReading.wanted(job);
    String image = wanted.image() == null ? PLATFORM.defaultImage() : wanted.image();
    return new Fingerprint(
        wanted.generation(), wanted.specHash(), wanted.definition(), image, wanted.restartNonce());
  }

  private static DriverPlan plan(String name, StreamingJob job) {
    return name.equals("full")
        ? new DriverPlan(
            3,
            fingerprint(job),
            0,
            new DriverPlan.Previous("DriverPodDeleted", Instant.parse("2026-01-02T03:04:05.678Z")),
            2)
        : new DriverPlan(1, fingerprint(job), 0, null, 0);
  }

  /** The full job had another sink before. */
  private static Sink before(String name) {
    SecretRef secret = new SecretRef("former-database");
    return name.equals("full")
        ? new Sink(
            new Sink.Jdbc(
                "jdbc:postgresql://former:5432/events", "events", secret, secret, null, null),
            null,
            null,
            null)
        : null;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "minimal",
        "full",
        "running",
        "stateful",
        "pattern",
        "topic",
        "files",
        "program",
        "leased"
      })
  void settingsAreThoseOfTheContract(String name) throws IOException {
    StreamingJob job = job(CONTRACT.resolve(name + ".yaml"));
    DriverPlan plan = plan(name, job);
    JsonNode settings =
        SettingsMap.settings(
            job, job.getSpec(), plan.attempt(), plan.of(), plan.previous(), before(name), PLATFORM);

    Path golden = CONTRACT.resolve(name + ".json");
    if (Boolean.getBoolean("golden.update")) {
      Files.writeString(golden, Json.pretty(settings));
    }
    assertThat(Json.pretty(settings)).isEqualTo(Json.pretty(Json.MAPPER.readTree(golden.toFile())));
  }

  @ParameterizedTest
  @ValueSource(strings = {"minimal", "full"})
  void objectsAreAsCommitted(String name) throws IOException {
    StreamingJob job = job(CONTRACT.resolve(name + ".yaml"));
    DriverPlan plan = plan(name, job);
    matches(
        name + "/driver-pod.yaml",
        Json.KUBERNETES.asYaml(DriverPod.of(job, job.getSpec(), plan, before(name))));
    matches(
        name + "/check-pod.yaml",
        Json.KUBERNETES.asYaml(
            CheckPod.of(
                job,
                new CheckPlan(
                    job.getMetadata().getName() + "-check-0123456789",
                    plan.of(),
                    plan.recordedLast()),
                before(name))));
    matches(
        name + "/executor.yaml",
        ExecutorTemplate.yaml(job, job.getSpec(), plan.attempt(), plan.of()));
    matches(
        name + "/account.yaml",
        DriverAccount.of(job, job.getSpec(), PLATFORM).stream()
            .map((HasMetadata o) -> Json.KUBERNETES.asYaml(o))
            .collect(Collectors.joining()));
  }

  @Test
  void runsOfBackupsAreAsCommitted() throws IOException {
    StreamingJob job = job(CONTRACT.resolve("full.yaml"));
    StreamingJobBackup backup = new StreamingJobBackup();
    backup.setMetadata(
        new ObjectMetaBuilder()
            .withName("full-20260102t030400z")
            .withNamespace(job.getMetadata().getNamespace())
            .withUid("backup-uid")
            .build());
    backup.setSpec(
        new StreamingJobBackupSpec(
            new StreamingJobBackupSpec.JobRef(job.getMetadata().getName()),
            Instant.parse("2026-01-02T03:04:00Z"),
            null,
            null,
            null,
            null));
    matches(
        "full/backup-job.yaml",
        Json.KUBERNETES.asYaml(
            BackupJob.of(
                BackupJob.name(backup, BackupDecision.Work.CREATE),
                backup,
                Labels.BACKUP,
                job,
                BackupArguments.create(backup, job),
                PLATFORM.backupImage())));
    matches(
        "full/drill-job.yaml",
        Json.KUBERNETES.asYaml(BackupJob.drill("full-look", backup, job, PLATFORM)));
    matches(
        "full/restore-arguments.txt",
        String.join(
                "\n",
                BackupArguments.restore(
                    job,
                    new RestorePlan("lost-3-1767323045", true),
                    PLATFORM.cluster(),
                    job.getSpec().backup().path()))
            + "\n");
  }

  private static void matches(String name, String text) throws IOException {
    Path golden = GOLDEN.resolve(name);
    if (Boolean.getBoolean("golden.update")) {
      Files.createDirectories(golden.getParent());
      Files.writeString(golden, text);
    }
    assertThat(golden).exists();
    assertThat(text).isEqualTo(Files.readString(golden));
  }

  @Test
  void everyExampleOfProgressAndTerminationIsUnderstood() throws IOException {
    JsonNode report = Json.MAPPER.readTree(Path.of("../contract/progress/running.json").toFile());
    io.fabric8.kubernetes.api.model.coordination.v1.Lease lease =
        new io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder()
            .withNewMetadata()
            .addToAnnotations(Labels.PROGRESS, report.toString())
            .endMetadata()
            .withNewSpec()
            .withRenewTime(java.time.ZonedDateTime.parse("2026-01-01T00:00:11Z"))
            .endSpec()
            .build();

    LeaseReader read = LeaseReader.read(lease).orElseThrow();

    assertThat(read.seen().attempt()).isEqualTo(2);
    assertThat(read.seen().situation())
        .isEqualTo(dev.tidemark.operator.core.ProgressSeen.Situation.RUNNING);
    assertThat(read.seen().batches()).isEqualTo(10);
    assertThat(read.seen().lastCommitAt()).isEqualTo(Instant.parse("2026-01-01T00:00:10.200Z"));
    assertThat(read.seen().renewedAt()).isEqualTo(Instant.parse("2026-01-01T00:00:11Z"));
  }
}
