package dev.tidemark.operator.core.backup;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How far a run of {@code tidemark-backup} has come, as it says in its log every few seconds;
 * {@code contract/backup/progress.log} holds an example. What was there already counts as done.
 *
 * @param objects done
 * @param allObjects to be done, at least as many
 * @param bytes of the objects that are done
 * @param allBytes of all of them
 */
public record RunProgress(long objects, long allObjects, long bytes, long allBytes) {
  /** How soon a run at work is asked again. */
  public static final Duration ASKED_AGAIN = Duration.ofSeconds(10);

  private static final Pattern LINE =
      Pattern.compile(
          "[a-z]+: (\\d{1,18}) of (\\d{1,18}) objects, (\\d{1,18}) of (\\d{1,18}) bytes");

  /** What the last line of a log that speaks of progress says; empty when none does. */
  public static Optional<RunProgress> last(String log) {
    return log.lines()
        .map(String::strip)
        .map(LINE::matcher)
        .filter(Matcher::matches)
        .map(
            said ->
                new RunProgress(
                    Long.parseLong(said.group(1)),
                    Long.parseLong(said.group(2)),
                    Long.parseLong(said.group(3)),
                    Long.parseLong(said.group(4))))
        .reduce((older, newer) -> newer);
  }

  /** Of the bytes, rounded down; 100 when there are none to be done. */
  public int percent() {
    return allBytes == 0 ? 100 : (int) (100.0 * Math.min(bytes, allBytes) / allBytes);
  }

  /** For people. */
  public String sentence() {
    return objects + " of " + allObjects + " objects are copied, " + percent() + " % of the bytes.";
  }
}
