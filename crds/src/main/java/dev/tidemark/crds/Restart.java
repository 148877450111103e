package dev.tidemark.crds;

import static dev.tidemark.crds.Defaults.or;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/** When and how fast a failed driver is started again. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value =
        "self.initialBackoff.matches("
            + Patterns.DURATION
            + ") && duration(self.initialBackoff) >= duration('100ms')",
    fieldPath = ".initialBackoff",
    message = "initialBackoff is a duration of at least 100ms, such as 500ms, 1s or 1m")
@ValidationRule(
    value =
        "self.maxBackoff.matches("
            + Patterns.DURATION
            + ") && duration(self.maxBackoff) <= duration('1h')",
    fieldPath = ".maxBackoff",
    message = "maxBackoff is a duration of at most 1h, such as 30s or 5m")
@ValidationRule(
    value =
        "self.healthyAfter.matches("
            + Patterns.DURATION
            + ") && duration(self.healthyAfter) <= duration('24h')",
    fieldPath = ".healthyAfter",
    message = "healthyAfter is a duration of at most 24h, such as 10m")
@ValidationRule(
    value =
        "!self.initialBackoff.matches("
            + Patterns.DURATION
            + ") || !self.maxBackoff.matches("
            + Patterns.DURATION
            + ") || duration(self.initialBackoff) <= duration(self.maxBackoff)",
    message = "initialBackoff must not be longer than maxBackoff")
public record Restart(
    @Default(Defaults.RESTART_POLICY)
        @JsonPropertyDescription(
            "Always: start a failed driver again. Never: a failed driver stays down until the spec or restartNonce changes."
                + " A driver that stopped for a reason only a person can remove is not restarted in either case.")
        Policy policy,
    @Default(Defaults.INITIAL_BACKOFF)
        @Size(min = 2, max = 16)
        @JsonPropertyDescription(
            "Wait before the second restart in a row; the first is at once. Doubles from there.")
        String initialBackoff,
    @Default(Defaults.MAX_BACKOFF)
        @Size(min = 2, max = 16)
        @JsonPropertyDescription("Longest wait between two restarts.")
        String maxBackoff,
    @Default(Defaults.HEALTHY_AFTER)
        @Size(min = 2, max = 16)
        @JsonPropertyDescription(
            "A driver that commits for this long is healthy: earlier failures no longer count.")
        String healthyAfter,
    @Min(1)
        @Max(1000)
        @JsonPropertyDescription(
            "Give up after this many failures in a row; the job then waits for a change of the spec or of restartNonce."
                + " Without it there is no limit.")
        Integer limit) {
  public Restart {
    policy = or(policy, Policy.Always);
    initialBackoff = or(initialBackoff, Defaults.INITIAL_BACKOFF);
    maxBackoff = or(maxBackoff, Defaults.MAX_BACKOFF);
    healthyAfter = or(healthyAfter, Defaults.HEALTHY_AFTER);
  }

  /** The restart policy with every default. */
  public static Restart defaults() {
    return new Restart(null, null, null, null, null);
  }

  /** Whether a failed driver is started again. */
  public enum Policy {
    Always,
    Never
  }
}
