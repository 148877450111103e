package dev.tidemark.job.engine;

import dev.tidemark.job.expression.Aggregation;
import dev.tidemark.job.expression.Selection;
import dev.tidemark.job.settings.Settings;
import java.io.Serializable;

/** The text of an aggregate, as tasks carry it; compiled once per JVM where it is needed. */
record Computation(Selection selection, Settings.Aggregate aggregate) implements Serializable {
  static Computation of(Settings.Definition definition) {
    return new Computation(Selection.of(definition), definition.aggregate());
  }

  Aggregation compiled() {
    return Aggregation.compile(selection, aggregate);
  }
}
