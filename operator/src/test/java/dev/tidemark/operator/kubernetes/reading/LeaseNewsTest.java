package dev.tidemark.operator.kubernetes.reading;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.operator.kubernetes.manifests.Json;
import dev.tidemark.operator.kubernetes.manifests.Labels;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LeaseNewsTest {
  private static final Instant BEGAN = Instant.parse("2026-01-01T00:00:10.200Z");

  /** Ten seconds after {@link #BEGAN}, with every figure another one. */
  private static final Consumer<ObjectNode> WENT_ON =
      report -> {
        report.put("lag", 7).put("lastCommitAt", BEGAN.plusSeconds(10).toString());
        report.withObject("/batch").put("time", BEGAN.plusSeconds(10).toString()).put("records", 3);
        report.withObject("/totals").put("batches", 20).put("records", 2000).put("written", 900);
        report.withObject("/checkpoint").put("time", BEGAN.plusSeconds(10).toString());
        report.withObject("/state").put("keys", 1300).put("bytes", 99000).put("late", 4);
      };

  @Test
  void figuresAloneAreNone() throws IOException {
    assertThat(isNews(lease(10, WENT_ON), lease(0, report -> {}))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "/attempt, 3",
    "/revision, 2",
    "/epoch, 6",
    "/situation, '\"Waiting\"'",
    "/reason, '\"SinkUnavailable\"'",
    "/message, '\"The database is away.\"'",
    "/checkpoint/behind, true",
    "/checkpoint/time, null",
    "/recovery/at, '\"2026-01-01T00:00:11Z\"'",
    "/restarts/inPod, 1",
    "/executors/live, 0",
    "/skipped, 5",
    "/totals/batches, 0",
    "/lastCommitAt, null",
    "/lastCommitAt, '\"2026-01-01T00:00:26Z\"'",
    "/wordOfANewerDriver, true",
  })
  void everythingElseIs(String field, String value) throws IOException {
    Consumer<ObjectNode> change =
        report -> {
          int at = field.lastIndexOf('/');
          ObjectNode of = at == 0 ? report : report.withObject(field.substring(0, at));
          try {
            of.set(field.substring(at + 1), Json.MAPPER.readTree(value));
          } catch (IOException e) {
            throw new IllegalArgumentException(e);
          }
        };
    Lease before = lease(0, report -> {});
    assertThat(isNews(lease(10, WENT_ON.andThen(change)), before)).isTrue();
  }

  @Test
  void aReportAfterSilenceIs() throws IOException {
    assertThat(isNews(lease(16, report -> {}), lease(0, report -> {}))).isTrue();
  }

  /** The contract lets it report every minute. */
  @Test
  void anIdleDriverIsSilentLater() throws IOException {
    assertThat(isNews(lease(60, idle(60)), lease(0, idle(0)))).isFalse();
    assertThat(isNews(lease(66, idle(60)), lease(0, idle(0)))).isTrue();
    assertThat(isNews(lease(60, idle(66)), lease(0, idle(0)))).isTrue();
  }

  @Test
  void workForAnIdleDriverIs() throws IOException {
    assertThat(isNews(lease(10, WENT_ON), lease(0, idle(0)))).isTrue();
    assertThat(isNews(lease(10, idle(10)), lease(0, report -> {}))).isFalse();
  }

  private static Consumer<ObjectNode> idle(int seconds) {
    return report -> {
      report.withObject("/batch").put("records", 0);
      report.put("lag", 0).put("lastCommitAt", BEGAN.plusSeconds(seconds).toString());
    };
  }

  @Test
  void whatIsNotTheReportIs() throws IOException {
    Lease before = lease(0, report -> {});
    assertThat(isNews(annotated(before, Labels.TURN, "{\"attempt\": 3}"), before)).isTrue();
    assertThat(isNews(annotated(before, Labels.STANDING_BY, "3"), before)).isTrue();
    assertThat(isNews(annotated(before, Labels.PROGRESS, "{"), before)).isTrue();
    assertThat(isNews(annotated(before, Labels.PROGRESS, "[]"), before)).isTrue();
    assertThat(
            isNews(
                new LeaseBuilder(before).editSpec().withHolderIdentity("b").endSpec().build(),
                before))
        .isTrue();
    assertThat(
            isNews(
                new LeaseBuilder(before)
                    .editMetadata()
                    .addNewOwnerReference()
                    .withUid("another")
                    .endOwnerReference()
                    .endMetadata()
                    .build(),
                before))
        .isTrue();
  }

  private static boolean isNews(Lease now, Lease before) {
    return LeaseNews.in(now, LeaseReader.read(now), before);
  }

  private static Lease annotated(Lease lease, String name, String value) {
    Map<String, String> annotations = new HashMap<>(lease.getMetadata().getAnnotations());
    annotations.put(name, value);
    return new LeaseBuilder(lease)
        .editMetadata()
        .withAnnotations(annotations)
        .endMetadata()
        .build();
  }

  /** The driver's own example of a report, some seconds later and changed. */
  private static Lease lease(int seconds, Consumer<ObjectNode> change) throws IOException {
    ObjectNode report =
        (ObjectNode)
            Json.MAPPER.readTree(Path.of("..", "contract", "progress", "running.json").toFile());
    change.accept(report);
    return new LeaseBuilder()
        .withNewMetadata()
        .addToAnnotations(Labels.PROGRESS, report.toString())
        .endMetadata()
        .withNewSpec()
        .withHolderIdentity("important-events-driver-2")
        .withRenewTime(BEGAN.plusSeconds(seconds).atZone(ZoneOffset.UTC))
        .endSpec()
        .build();
  }
}
