package dev.tidemark.operator.core;

/** Small things about sentences that people read. */
final class Sentence {
  private Sentence() {}

  /** The text with a full stop at its end; something to read even when there is no text. */
  static String ended(String text) {
    if (text == null || text.isBlank()) {
      return "it left no message.";
    }
    String trimmed = text.strip();
    return trimmed.endsWith(".") || trimmed.endsWith("!") || trimmed.endsWith("?")
        ? trimmed
        : trimmed + ".";
  }
}
