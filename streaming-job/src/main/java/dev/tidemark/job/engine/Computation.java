package dev.tidemark.job.engine;

import dev.tidemark.job.expression.Aggregation;
import dev.tidemark.job.expression.Selection;
import dev.tidemark.job.settings.Settings;
import java.io.Serializable;

/** The text of an aggregate, as tasks carry it; compiled once per JVM where it is needed. */
public record Computation(Selection selection, Settings.Aggregate aggregate)
    implements Serializable {
  public static Computation of(Settings.Definition definition) {
    return new Computation(Selection.of(definition), definition.aggregate());
  }

  public Aggregation compiled() {
    return Aggregation.compile(selection, aggregate);
  }
}
