package dev.tidemark.operator.core;

import java.time.Duration;

/**
 * What the spec asks for.
 *
 * @param image the image the spec names; null leaves it to the one recorded at the first start,
 *     else the default
 * @param restore the restore that is asked for; null for none
 * @param restoreWhenLost whether a lost checkpoint is replaced by the newest good backup
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
    RestartRules restart,
    String restore,
    boolean restoreWhenLost) {

  /** The fingerprint an attempt made now would carry. */
  Fingerprint fingerprint(String resolvedImage) {
    return new Fingerprint(generation, specHash, definition, resolvedImage, restartNonce);
  }
}
