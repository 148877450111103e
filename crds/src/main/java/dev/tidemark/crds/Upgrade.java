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
            "Asked for when a changed definition begins; a change of it alone touches nothing that runs. Savepoint: the"
                + " changed job goes on with the state of the one before. It may change filter, select and sink, but must"
                + " group and compute the same; where the state does not fit, the change is refused (StateDoesNotFit) and"
                + " the former job goes on. Fresh: the changed job begins with empty state, from where the ledger ends;"
                + " results count from there. Jobs without state do not need it.")
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
