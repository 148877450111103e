package dev.tidemark.job.state;

import dev.tidemark.job.expression.Aggregation;
import dev.tidemark.job.expression.Selection;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.settings.Settings;
import java.util.Optional;

/**
 * Whether a changed definition can go on with the state of the one before: when it groups and
 * computes the same from columns of the same types. What is filtered, how the columns are made and
 * where results go may change.
 */
public final class StateFit {
  private StateFit() {}

  /** Why it cannot, as a sentence with what to do; empty when it can. */
  public static Optional<String> fault(Settings.Definition before, Settings.Definition after) {
    if (!after.stateful()) {
      return Optional.of(refusal("the new definition keeps no state"));
    }
    try {
      String then = compiled(before).signature();
      String now = compiled(after).signature();
      return then.equals(now)
          ? Optional.empty()
          : Optional.of(refusal("it holds " + then + ", the new definition needs " + now));
    } catch (Trouble e) {
      return Optional.of(refusal("a definition cannot be read: " + e.getMessage()));
    }
  }

  private static Aggregation compiled(Settings.Definition of) {
    return Aggregation.compile(Selection.of(of), of.aggregate());
  }

  private static String refusal(String why) {
    return "the state so far cannot be taken over: "
        + why
        + ". Change the definition back, or set upgrade.strategy: Fresh to begin with empty state"
        + " where the ledger stands";
  }
}
