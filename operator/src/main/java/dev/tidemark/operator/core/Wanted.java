package dev.tidemark.operator.core;

import java.time.Duration;

/**
 * What the spec asks for.
 *
 * @param image the image the spec names; null leaves it to the one recorded at the first start,
 *     else the default
 */
public record Wanted(
    long generation,
    String specHash,
    String definition,
    String image,
    String restartNonce,
    boolean suspend,
    boolean paused,
    Duration batchInterval,
    RestartRules restart) {

  /** The fingerprint an attempt made now would carry. */
  Fingerprint fingerprint(String resolvedImage) {
    return new Fingerprint(generation, specHash, definition, resolvedImage, restartNonce);
  }
}
