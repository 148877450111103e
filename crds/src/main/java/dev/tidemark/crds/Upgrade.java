package dev.tidemark.crds;

import static dev.tidemark.crds.Defaults.or;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;

/** What a change of the computation does with the state. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Upgrade(
    @Default(Defaults.UPGRADE_STRATEGY)
        @JsonPropertyDescription(
            "Savepoint: a changed computation starts with the state of the one before; refused where the state does not"
                + " fit. Fresh: it starts with empty state.")
        Strategy strategy) {
  public Upgrade {
    strategy = or(strategy, Strategy.Savepoint);
  }

  /** How a changed computation starts. */
  public enum Strategy {
    Savepoint,
    Fresh
  }
}
