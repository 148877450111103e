package dev.tidemark.job.expression;

import dev.tidemark.job.outcome.Trouble;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

/** Compiles what a job makes of its records, once per JVM and text. */
public final class Pipeline {

  private static final ConcurrentMap<Selection, CompiledPipeline> COMPILED =
      new ConcurrentHashMap<>();

  private Pipeline() {}

  /**
   * The compiled form.
   *
   * @throws Trouble {@code InvalidSchema}, {@code InvalidFilter} or {@code InvalidSelect}, with a
   *     sentence that quotes the text
   */
  public static CompiledPipeline compile(Selection selection) {
    return COMPILED.computeIfAbsent(selection, CompiledPipeline::of);
  }

  /**
   * The same, and code is generated at once, so that what only the code generator finds is found
   * too.
   */
  public static CompiledPipeline check(Selection selection) {
    CompiledPipeline compiled = compile(selection);
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
}
