package dev.tidemark.job.supervise;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the supervisor tells a JVM that is to be the driver: by its environment when it is started
 * for that, by a line at its standard input when it stood by.
 *
 * @param number of the JVM among the drivers of this pod, from 1
 * @param before how the one before it ended; empty for the first of a pod
 * @param at since when it is the driver
 */
public record Launch(int number, Optional<LastEnd> before, Instant at) {
  private static final Logger LOG = LoggerFactory.getLogger(Launch.class);

  /** How the JVM before this one ended. */
  public record LastEnd(String reason, Instant at) {}

  /** Of a JVM that is the driver from its start. */
  public static Launch ofEnvironment() {
    return new Launch(
        number(System.getenv("TIDEMARK_LAUNCH")),
        lastEnd(System.getenv("TIDEMARK_LAST_REASON"), System.getenv("TIDEMARK_LAST_ENDED_AT")),
        Instant.ofEpochMilli(ManagementFactory.getRuntimeMXBean().getStartTime()));
  }

  /**
   * Waits for the line {@code <number> <reason> <instant>}.
   *
   * @return empty when the supervisor has gone without one: this JVM was never needed
   */
  public static Optional<Launch> awaited(InputStream supervisor) throws IOException {
    String line =
        new BufferedReader(new InputStreamReader(supervisor, StandardCharsets.UTF_8)).readLine();
    if (line == null) {
      return Optional.empty();
    }
    String[] words = line.strip().split(" ", 3);
    return Optional.of(
        new Launch(
            number(words[0]),
            words.length == 3 ? lastEnd(words[1], words[2]) : Optional.empty(),
            Instant.now()));
  }

  /** The same launch, of a pod that has got ready before its turn. */
  public Launch inTurn(Optional<LastEnd> predecessor) {
    return new Launch(number, before.or(() -> predecessor), Instant.now());
  }

  /** How often a JVM was the driver in this pod before this one. */
  public int restartsInPod() {
    return number - 1;
  }

  private static int number(String text) {
    return text == null ? 1 : Math.max(1, Integer.parseInt(text));
  }

  /** How a JVM or a driver ended; empty where that is not told, or not in time's format. */
  public static Optional<LastEnd> lastEnd(String reason, String at) {
    if (reason == null || at == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(new LastEnd(reason, Instant.parse(at)));
    } catch (DateTimeParseException e) {
      LOG.warn("'{}' is told for the end of the JVM before, which is no instant", at);
      return Optional.empty();
    }
  }
}
