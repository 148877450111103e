package dev.tidemark.operator.kubernetes.status;

import dev.tidemark.crds.StreamingJob;
import dev.tidemark.operator.core.Step;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells people what was done: one log line and one event per step, with the same sentence. */
public final class Announcer {
  private static final Logger LOG = LoggerFactory.getLogger("tidemark");
  private static final int LONGEST = 1000;

  private final KubernetesClient client;
  private final Clock clock;
  private final String instance;

  public Announcer(KubernetesClient client, Clock clock, String instance) {
    this.client = client;
    this.clock = clock;
    this.instance = instance;
  }

  /** House-keeping is for the log, and there for those who look closely. */
  public void note(HasMetadata job, Step step) {
    LOG.atDebug().addKeyValue("job", job.getMetadata().getName()).log("{}", step.action());
  }

  public void tell(HasMetadata job, Step step) {
    tell(job, step.reason(), step.sentence(), step.warning());
  }

  public void tell(HasMetadata job, String reason, String sentence, boolean warning) {
    LOG.atLevel(warning ? org.slf4j.event.Level.WARN : org.slf4j.event.Level.INFO)
        .addKeyValue("reason", reason)
        .addKeyValue("namespace", job.getMetadata().getNamespace())
        .addKeyValue(
            job.getKind().equals(StreamingJob.KIND) ? "job" : "backup", job.getMetadata().getName())
        .log(sentence);
    event(job, reason, sentence, warning);
  }

  /** An event that cannot be written is no reason to stop working. */
  private void event(HasMetadata job, String reason, String sentence, boolean warning) {
    Instant now = clock.instant();
    String at = now.truncatedTo(ChronoUnit.SECONDS).toString();
    String message = sentence.length() > LONGEST ? sentence.substring(0, LONGEST) : sentence;
    try {
      client
          .v1()
          .events()
          .inNamespace(job.getMetadata().getNamespace())
          .resource(
              new EventBuilder()
                  .withNewMetadata()
                  .withName(
                      job.getMetadata().getName()
                          + "."
                          + Long.toHexString(now.getEpochSecond() * 1_000_000_000L + now.getNano()))
                  .withNamespace(job.getMetadata().getNamespace())
                  .endMetadata()
                  .withNewInvolvedObject()
                  .withApiVersion(job.getApiVersion())
                  .withKind(job.getKind())
                  .withName(job.getMetadata().getName())
                  .withNamespace(job.getMetadata().getNamespace())
                  .withUid(job.getMetadata().getUid())
                  .endInvolvedObject()
                  .withReason(reason)
                  .withMessage(message)
                  .withType(warning ? "Warning" : "Normal")
                  .withFirstTimestamp(at)
                  .withLastTimestamp(at)
                  .withCount(1)
                  .withNewSource("tidemark-operator", instance)
                  .withReportingComponent("tidemark.dev/operator")
                  .withReportingInstance(instance)
                  .build())
          .create();
    } catch (KubernetesClientException notNow) {
      LOG.atDebug()
          .addKeyValue("job", job.getMetadata().getName())
          .log("An event was not written: {}", notNow.getMessage());
    }
  }
}
