package dev.tidemark.e2e;

import java.util.List;

/**
 * What the judge found.
 *
 * @param events records in the topic
 * @param expected rows a serial run would have written
 * @param rows rows in the table
 * @param lost rows that should be there and are not
 * @param doubled rows that are there once too often, or that no record explains
 * @param examples a few of the lost and doubled, each with the offset of its record
 */
public record Verdict(
    long events, long expected, long rows, long lost, long doubled, List<String> examples) {

  /** Keeps the list unmodifiable. */
  public Verdict {
    examples = List.copyOf(examples);
  }

  /** True when the table holds exactly what a serial run would hold. */
  public boolean exact() {
    return lost == 0 && doubled == 0;
  }

  @Override
  public String toString() {
    String sum =
        "%d events, %d pass the filter, %d rows: %d lost, %d doubled"
            .formatted(events, expected, rows, lost, doubled);
    return examples.isEmpty() ? sum : sum + "\n  " + String.join("\n  ", examples);
  }
}
