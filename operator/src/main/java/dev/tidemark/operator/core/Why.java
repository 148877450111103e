package dev.tidemark.operator.core;

/** A reason and its sentence; the reason may be one that only a newer driver knows. */
record Why(String reason, String message) {
  static Why of(Reason reason, String message) {
    return new Why(reason.name(), message);
  }
}
