package dev.tidemark.job.engine;

import dev.tidemark.job.expression.Aggregation;
import dev.tidemark.job.settings.Settings;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/** The text of an aggregate, as tasks carry it; compiled once per JVM where it is needed. */
final class Computation implements Serializable {
  private static final long serialVersionUID = 1L;

  private final String filter;
  private final ArrayList<String> select;
  private final Settings.Aggregate aggregate;

  private Computation(String filter, List<String> select, Settings.Aggregate aggregate) {
    this.filter = filter;
    this.select = select == null ? null : new ArrayList<>(select);
    this.aggregate = aggregate;
  }

  static Computation of(Settings.Definition definition) {
    return new Computation(definition.filter(), definition.select(), definition.aggregate());
  }

  Aggregation compiled() {
    return Aggregation.compile(filter, select, aggregate);
  }
}
