package dev.tidemark.e2e;

/**
 * One record of a topic, as the judge sees it.
 *
 * @param partition number of the partition
 * @param offset place in the partition
 * @param key may be null
 * @param value null is a tombstone
 */
public record Event(int partition, long offset, String key, String value) {

  /** Where it lies, as people write it. */
  public String place() {
    return partition + "@" + offset;
  }
}
