package dev.tidemark.job.engine;

import dev.tidemark.job.settings.LogLevel;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.settings.SettingsFile;

/** The settings file of the pod a task runs in, read once. */
public final class Mounted {
  public static final Settings SETTINGS = SettingsFile.read();

  static {
    LogLevel.apply(SETTINGS);
  }

  private Mounted() {}
}
