package dev.tidemark.e2e;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

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

  /** Per partition the offset after its last one. */
  public static Map<Integer, Long> ends(Collection<Event> events) {
    Map<Integer, Long> ends = new TreeMap<>();
    events.forEach(event -> ends.merge(event.partition(), event.offset() + 1, Math::max));
    return ends;
  }
}
