package dev.tidemark.job.expression;

import java.util.function.Supplier;
import org.codehaus.commons.compiler.CompileException;
import org.codehaus.commons.compiler.InternalCompilerException;

/** Generated code where Janino can compile it, or expressions that evaluate themselves. */
enum CodeKind {
  GENERATED,
  INTERPRETED;

  /** Janino gives up when a method grows over 64 KiB; such an expression stays interpreted. */
  <T> T choose(Supplier<T> generated, Supplier<T> interpreted) {
    if (this == INTERPRETED) {
      return interpreted.get();
    }
    try {
      return generated.get();
    } catch (Exception e) {
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        if (cause instanceof CompileException || cause instanceof InternalCompilerException) {
          return interpreted.get();
        }
      }
      throw e;
    }
  }
}
