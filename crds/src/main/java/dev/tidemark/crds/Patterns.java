package dev.tidemark.crds;

/** Regular expressions of the API as CEL string literals. */
final class Patterns {
  /** What CEL's duration() can read without overflow. */
  static final String DURATION = "'^([0-9]{1,7}ms|[0-9]{1,6}(s|m|h))$'";

  static final String MEMORY = "'^[0-9]{1,7}(Mi|Gi)$'";

  private Patterns() {}
}
