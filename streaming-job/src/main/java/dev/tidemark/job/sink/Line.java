package dev.tidemark.job.sink;

import java.io.Serializable;

/**
 * A row as text.
 *
 * @param key of the record it becomes in a topic; null without one
 * @param value null for a tombstone, which says that there is nothing under the key any more
 */
public record Line(String key, String value) implements Serializable {}
