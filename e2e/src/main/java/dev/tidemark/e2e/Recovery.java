package dev.tidemark.e2e;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.awaitility.Awaitility;

/**
 * How long a recovery takes, seen from the table alone: from the moment of the fault to the moment
 * the first row of a later run is visible to others. A later run is one with another {@code
 * application_name}.
 */
public final class Recovery {
  private final Table table;
  private final List<String> before;

  private Recovery(Table table, List<String> before) {
    this.table = table;
    this.before = before;
  }

  /** Notes who has written so far. To be called before the fault. */
  public static Recovery watch(Table table) {
    return new Recovery(table, table.writers());
  }

  /** Waits for the first committed row of a later run and returns the seconds since the fault. */
  public double secondsSince(Instant fault, Duration within) {
    try (Connection connection = table.connect()) {
      Awaitility.await("a row of a run after " + before + " in " + table.name())
          .atMost(within)
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(20))
          .until(() -> table.hasWriterBeyond(connection, before));
      return Duration.between(fault, Instant.now()).toMillis() / 1000.0;
    } catch (SQLException e) {
      throw new IllegalStateException(
          "The connection to PostgreSQL broke while a recovery was awaited.", e);
    }
  }
}
