package dev.tidemark.e2e.serial;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Random values of records for {@link Programs}: awkward keys, a few of them often and most seldom,
 * values that are no JSON, tombstones, missing fields, times that run backwards.
 */
public final class Records {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int BACKWARDS_MILLIS = 1_500;

  private final List<String> keys =
      new ArrayList<>(List.of("", "stra\u00dfe", "\ud83d\ude80", "tab\there", "back\\slash"));

  /** Over that many keys and five awkward ones. */
  public Records(int keys) {
    for (int i = 0; i < keys; i++) {
      this.keys.add("k" + i);
    }
  }

  /** A value of about that time; null is a tombstone. */
  public String next(RandomGenerator random, long timeMillis) {
    int kind = random.nextInt(50);
    if (kind < 2) {
      return kind == 0 ? null : "no JSON {";
    }
    ObjectNode node = JSON.createObjectNode();
    if (random.nextInt(12) > 0) {
      node.put("k", keys.get(skewed(random, keys.size())));
    }
    if (random.nextInt(12) > 0) {
      node.put("v", random.nextInt(200) - 60L);
    }
    if (random.nextInt(25) > 0) {
      node.put("t", timeMillis - random.nextInt(BACKWARDS_MILLIS));
    }
    if (random.nextInt(12) > 0) {
      StringBuilder words = new StringBuilder("w" + random.nextInt(20));
      for (int i = random.nextInt(6); i > 0; i--) {
        words.append(" w").append(skewed(random, 80));
      }
      node.put("w", words.toString());
    }
    return node.toString();
  }

  private static int skewed(RandomGenerator random, int below) {
    return (int) (random.nextDouble() * random.nextDouble() * below);
  }
}
