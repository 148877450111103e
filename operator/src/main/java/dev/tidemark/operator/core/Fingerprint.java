package dev.tidemark.operator.core;

/**
 * What an attempt was made from. Written on its pod and its settings, so that a later operator
 * compares what the <em>spec</em> said, never what an older operator rendered from it.
 *
 * @param specHash hash of every field of the spec that is not live, as written by the user
 * @param definition digest of the definition alone
 * @param restartNonce never null; empty when the spec has none
 */
public record Fingerprint(
    long generation, String specHash, String definition, String image, String restartNonce) {

  /** The part a verdict is about. */
  public Key key() {
    return new Key(definition, image);
  }

  /** What a driver was started from, in one text: the spec as written and the restart asked for. */
  String start() {
    return restartNonce.isEmpty() ? specHash : specHash + "#" + restartNonce;
  }

  /** A definition and the image that runs it: what a check run judges. */
  public record Key(String definition, String image) {}
}
