package dev.tidemark.job.expression;

import dev.tidemark.job.outcome.Trouble;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

/** Compiles a job's filter and select, once per JVM and text. */
public final class Pipeline {

  private record Text(String filter, List<String> select) {}

  private static final ConcurrentMap<Text, CompiledPipeline> COMPILED = new ConcurrentHashMap<>();

  private Pipeline() {}

  /**
   * The compiled form; without a filter every record is kept, without a select the row is the
   * column {@code value}.
   *
   * @throws Trouble {@code InvalidFilter} or {@code InvalidSelect}, with a sentence that quotes the
   *     expression
   */
  public static CompiledPipeline compile(String filter, List<String> select) {
    return COMPILED.computeIfAbsent(
        text(filter, select), t -> CompiledPipeline.of(t.filter(), t.select()));
  }

  /**
   * The same, and code is generated at once, so that what only the code generator finds is found
   * too.
   */
  public static CompiledPipeline check(String filter, List<String> select) {
    CompiledPipeline compiled = compile(filter, select);
    compiled.generate();
    return compiled;
  }

  /**
   * Runs what evaluates expressions for many rows. Not needed for their results: it only saves that
   * each row enters the settings of expressions by itself.
   */
  public static <T> T forManyRows(Supplier<T> work) {
    return Analysis.within(work);
  }

  private static Text text(String filter, List<String> select) {
    return new Text(
        filter == null || filter.isBlank() ? null : filter,
        select == null || select.isEmpty() ? List.of("value") : List.copyOf(select));
  }
}
