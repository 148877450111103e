package dev.tidemark.job.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Two drivers and a Lease: whatever happens, they never both go on. */
class LeaseHoldTest {
  private static final JsonMapper JSON = new JsonMapper();

  /** The API server's part: merge patches, and versions. */
  private static final class Kept implements LeaseObject {
    private final ObjectNode lease = JSON.createObjectNode();
    private long version = 1;
    private boolean away;

    Kept() {
      lease.withObject("/metadata").put("resourceVersion", "1");
    }

    @Override
    public String get() throws IOException {
      requireThere();
      return lease.toString();
    }

    @Override
    public void merge(String json) throws IOException {
      requireThere();
      ObjectNode change = (ObjectNode) JSON.readTree(json);
      String of = change.at("/metadata/resourceVersion").asText("");
      if (!of.isEmpty() && !of.equals(Long.toString(version))) {
        throw new IOException("HTTP 409: the object has been modified");
      }
      if (change.at("/metadata/annotations").isObject()) {
        lease.withObject("/metadata").set("annotations", change.at("/metadata/annotations"));
      }
      change
          .path("spec")
          .fields()
          .forEachRemaining(e -> lease.withObject("/spec").set(e.getKey(), e.getValue()));
      version++;
      lease.withObject("/metadata").put("resourceVersion", Long.toString(version));
    }

    private void requireThere() throws IOException {
      if (away) {
        throw new IOException("no route to host");
      }
    }

    String holder() {
      return lease.at("/spec/holderIdentity").asText("");
    }
  }

  private final Kept lease = new Kept();
  private final Map<String, Trouble> ended = new HashMap<>();
  private long now;

  private LeaseHold hold(String pod) {
    return new LeaseHold(lease, pod, () -> now, trouble -> ended.put(pod, trouble));
  }

  private static void assertWaits(LeaseHold hold) {
    assertThat(catchThrowableOfType(Trouble.class, hold::take)).isNotNull();
  }

  private void pass(Duration time) {
    now += time.toNanos();
  }

  @Test
  void nobodyHoldsIt() throws Exception {
    hold("a").take();
    assertThat(lease.holder()).isEqualTo("a");
    assertThat(lease.get()).contains("\"leaseDurationSeconds\":30");
  }

  @Test
  void theNextJvmOfThePodNeedNotWait() throws Exception {
    hold("a").take();
    hold("a").take();
    assertThat(lease.holder()).isEqualTo("a");
  }

  @Test
  void anotherPodWaitsUntilItWasNotRenewedForLongEnough() throws Exception {
    hold("a").take();
    LeaseHold b = hold("b");
    Trouble wait = catchThrowableOfType(Trouble.class, b::take);
    assertThat(wait.reason()).isEqualTo(Reason.LeaseUnavailable);
    assertThat(wait.getMessage()).contains("the driver a holds the Lease", "30 s");
    pass(LeaseHold.DURATION.minusSeconds(1));
    assertWaits(b);
    pass(Duration.ofSeconds(1));
    b.take();
    assertThat(lease.holder()).isEqualTo("b");
  }

  @Test
  void aRenewalMakesItWaitAnew() throws Exception {
    LeaseHold a = hold("a");
    a.take();
    LeaseHold b = hold("b");
    assertWaits(b);
    pass(LeaseHold.DURATION);
    Thread.sleep(1); // renewTime has microseconds of the real clock
    a.renew("{}");
    assertWaits(b);
    assertThat(lease.holder()).isEqualTo("a");
  }

  @Test
  void whoWaitsSaysSoWithoutTakingIt() throws Exception {
    hold("a").take();
    LeaseHold b = hold("b");
    assertWaits(b);
    b.renew(
        "{\"metadata\":{\"annotations\":{\"progress\":\"waits\"}},\"spec\":{\"holderIdentity\":\"b\"}}");
    assertThat(lease.holder()).isEqualTo("a");
    assertThat(lease.get()).contains("waits");
  }

  @Test
  void whatWasReleasedIsTakenAtOnce() throws Exception {
    LeaseHold a = hold("a");
    a.take();
    a.release();
    hold("b").take();
    assertThat(lease.holder()).isEqualTo("b");
  }

  @Test
  void aHolderThatCannotRenewEndsBeforeAnotherBegins() throws Exception {
    LeaseHold a = hold("a");
    a.take();
    lease.away = true;
    pass(LeaseHold.DEADLINE);
    a.check();
    assertThat(ended).isEmpty();
    pass(Duration.ofMillis(1));
    a.check();
    assertThat(ended.get("a").reason()).isEqualTo(Reason.LeaseLost);
    assertThat(ended.get("a").getMessage()).contains("could not be renewed for 20 s");
  }

  @Test
  void aHolderThatFindsAnotherEnds() throws Exception {
    LeaseHold a = hold("a");
    a.take();
    LeaseHold b = hold("b");
    assertWaits(b);
    pass(LeaseHold.DURATION);
    b.take();
    a.renew("{}");
    assertThat(ended.get("a").getMessage()).contains("the driver b has taken the Lease");
  }

  @Test
  void anApiServerThatIsAway() {
    lease.away = true;
    Trouble wait = catchThrowableOfType(Trouble.class, () -> hold("a").take());
    assertThat(wait.reason()).isEqualTo(Reason.LeaseUnavailable);
    assertThat(wait.getMessage()).contains("no route to host");
  }

  /**
   * Drivers that are frozen and cut off at random. While one is awake its deadline is looked at
   * before anything it does.
   */
  @RepeatedTest(200)
  void neverTwo() throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    List<String> pods = List.of("a", "b", "c");
    Map<String, LeaseHold> holds = new HashMap<>();
    Map<String, Boolean> runs = new HashMap<>();
    pods.forEach(pod -> holds.put(pod, hold(pod)));
    List<String> story = new ArrayList<>(List.of("seed " + seed));
    for (int step = 0; step < 300; step++) {
      pass(Duration.ofMillis(random.nextInt(8_000)));
      String pod = pods.get(random.nextInt(pods.size()));
      lease.away = random.nextInt(4) == 0;
      if (runs.getOrDefault(pod, false)) {
        holds.get(pod).check();
        if (!ended.containsKey(pod)) {
          try {
            holds.get(pod).renew("{}");
          } catch (IOException e) {
            story.add(pod + " cannot renew");
          }
        }
      } else {
        try {
          holds.get(pod).take();
          runs.put(pod, true);
          story.add(pod + " begins at " + now);
        } catch (Trouble e) {
          story.add(pod + " waits");
          if (!lease.away) {
            holds.get(pod).renew("{\"spec\":{\"holderIdentity\":\"" + pod + "\"}}");
          }
        }
      }
      if (ended.remove(pod) != null) {
        runs.put(pod, false);
        holds.put(pod, hold(pod));
        story.add(pod + " ends");
      }
      // Whoever is not looked at for so long has ended by its own deadline: it is asleep or gone.
      for (String other : pods) {
        if (runs.getOrDefault(other, false)) {
          holds.get(other).check();
          if (ended.remove(other) != null) {
            runs.put(other, false);
            holds.put(other, hold(other));
            story.add(other + " ends by its deadline");
          }
        }
      }
      assertThat(runs.values().stream().filter(running -> running).count())
          .as(String.join("\n", story))
          .isLessThanOrEqualTo(1);
    }
  }
}
