package dev.tidemark.job.expression;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Executable parts that nobody uses at the moment, for one thread at a time each. They begin
 * interpreted: compiling generated code is a good part of the time to the first row. Once there
 * were many records, generated ones are made in the background and take over.
 */
final class Resting<T> {
  private static final Logger LOG = LoggerFactory.getLogger(Resting.class);

  /** So many records later the start is over, and generated code saves more than it costs. */
  private static final long WORTH_GENERATING = 50_000;

  private record Part<T>(T value, CodeKind kind) {}

  private final Function<CodeKind, T> maker;
  private final ConcurrentLinkedQueue<Part<T>> parts = new ConcurrentLinkedQueue<>();
  private final AtomicLong records = new AtomicLong();
  private volatile CodeKind kind = CodeKind.INTERPRETED;

  /** Parts made by {@code maker}, in the fixed settings of expressions. */
  Resting(Function<CodeKind, T> maker) {
    this.maker = maker;
  }

  /** One that nobody else has. */
  T borrow() {
    CodeKind wanted = kind;
    Part<T> part = parts.poll();
    while (part != null && part.kind() != wanted) {
      part = parts.poll();
    }
    return part == null ? made(wanted) : part.value();
  }

  private T made(CodeKind of) {
    return Analysis.within(() -> maker.apply(of));
  }

  /**
   * Gives one back that was borrowed when the parts were of this kind.
   *
   * @param count records it has worked on
   */
  void release(T value, CodeKind of, long count) {
    if (of == kind) {
      parts.add(new Part<>(value, of));
    }
    long before = records.getAndAdd(count);
    if (before < WORTH_GENERATING && before + count >= WORTH_GENERATING) {
      Thread thread = new Thread(this::generateQuietly, "expression code");
      thread.setDaemon(true);
      thread.start();
    }
  }

  private void generateQuietly() {
    try {
      generate();
    } catch (RuntimeException e) {
      LOG.warn("no code can be generated for the expressions, they stay interpreted", e);
    }
  }

  /**
   * Generates code now.
   *
   * @throws dev.tidemark.job.outcome.Trouble for what only the code generator finds, such as a
   *     broken pattern
   */
  void generate() {
    if (kind == CodeKind.INTERPRETED) {
      T generated = made(CodeKind.GENERATED);
      kind = CodeKind.GENERATED;
      parts.add(new Part<>(generated, CodeKind.GENERATED));
    }
  }
}
