package dev.tidemark.job.state;

import dev.tidemark.job.settings.Settings;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names of prefixes under the checkpoint path: {@code r000001/e0000000001}. */
public final class CheckpointPaths {
  private static final Pattern EPOCH = Pattern.compile("e(\\d{10})");

  private CheckpointPaths() {}

  /** Where everything of a revision lies. */
  public static String revision(Settings settings, int revision) {
    String path = settings.runtime().checkpoint().path();
    String base = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    return base + String.format(Locale.ROOT, "/r%06d", revision);
  }

  /** Where a run checkpoints. */
  public static String epoch(Settings settings, int revision, long epoch) {
    return revision(settings, revision) + String.format(Locale.ROOT, "/e%010d", epoch);
  }

  /** The epoch a directory's name speaks of, or empty when it is none of ours. */
  public static OptionalLong epochOf(String name) {
    Matcher m = EPOCH.matcher(name);
    return m.matches() ? OptionalLong.of(Long.parseLong(m.group(1))) : OptionalLong.empty();
  }
}
