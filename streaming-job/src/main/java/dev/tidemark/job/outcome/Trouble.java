package dev.tidemark.job.outcome;

import java.util.Objects;
import java.util.stream.Stream;

/**
 * Something that keeps a run from going on, with the reason of the contract and a sentence that
 * tells a person what happened, to which object, and what to do. The message never holds a secret.
 */
public final class Trouble extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  /** A trouble without an underlying exception. */
  public Trouble(Reason reason, String message) {
    this(reason, message, null);
  }

  /** A trouble found in an exception, which is kept for the log. */
  public Trouble(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** The reason, as the operator will show it. */
  public Reason reason() {
    return reason;
  }

  /** True when it was found in such an exception, however deep. */
  public boolean isFrom(Class<? extends Throwable> kind) {
    return Stream.<Throwable>iterate(this, Objects::nonNull, Throwable::getCause)
        .anyMatch(kind::isInstance);
  }

  /** The same without its cause, which may hold what cannot be serialised. */
  public Trouble bare() {
    Trouble bare = new Trouble(reason, getMessage());
    bare.setStackTrace(getStackTrace());
    return bare;
  }
}
