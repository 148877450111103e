package dev.tidemark.job.settings;

import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;

/**
 * Applies {@code runtime.logLevel}: to what is ours, and from {@code DEBUG} on to Spark as well.
 */
public final class LogLevel {
  private LogLevel() {}

  /** Sets the levels of this JVM; a word that is no level changes nothing. */
  public static void apply(Settings settings) {
    String word = settings.runtime().logLevel();
    Level level = word == null ? null : Level.getLevel(word);
    if (level == null || level.equals(Level.INFO)) {
      return; // as log4j2.properties has it
    }
    Configurator.setLevel("dev.tidemark", level);
    if (level.isLessSpecificThan(Level.DEBUG)) {
      Configurator.setRootLevel(Level.INFO);
    }
  }
}
