package dev.tidemark.backup.cli;

import dev.tidemark.backup.repository.Retention;
import java.time.Duration;
import java.time.ZoneId;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Options that say which backups are kept. */
final class Rules {
  @Option(names = "--keep-last", defaultValue = "0")
  private int keepLast;

  @Option(names = "--keep-daily", defaultValue = "0")
  private int keepDaily;

  @Option(names = "--keep-weekly", defaultValue = "0")
  private int keepWeekly;

  @Option(names = "--keep-monthly", defaultValue = "0")
  private int keepMonthly;

  @Option(names = "--max-age", description = "as P90D")
  private Duration maxAge;

  @Option(
      names = "--min-keep",
      defaultValue = "1",
      description = "verified good ones that stay whatever happens (default: ${DEFAULT-VALUE})")
  private int minKeep;

  @Option(names = "--zone", defaultValue = "UTC", description = "whose days and weeks")
  private ZoneId zone;

  @Option(
      names = "--grace",
      defaultValue = "PT1H",
      description = "for how long objects stay listed before they go (default: ${DEFAULT-VALUE})")
  private Duration grace;

  Duration grace() {
    return grace;
  }

  Retention retention(CommandLine command) {
    try {
      return new Retention(keepLast, keepDaily, keepWeekly, keepMonthly, maxAge, minKeep, zone);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command, e.getMessage(), e);
    }
  }
}
