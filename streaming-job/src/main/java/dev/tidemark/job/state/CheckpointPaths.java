package dev.tidemark.job.state;

import dev.tidemark.job.settings.Settings;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names of prefixes under the checkpoint path: {@code r000001/e0000000001}, {@code
 * r000001/q0000000001}, {@code r000001/p0000000001}.
 */
public final class CheckpointPaths {
  private static final Pattern EPOCH = Pattern.compile("e(\\d{10})");
  private static final Pattern QUERY = Pattern.compile("q(\\d{10})");
  private static final Pattern PROGRAM = Pattern.compile("p(\\d{10})");

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

  /** Where a query checkpoints that begins in an epoch; later ones may go on with it. */
  public static String query(Settings settings, int revision, long epoch) {
    return revision(settings, revision) + String.format(Locale.ROOT, "/q%010d", epoch);
  }

  /** The epoch in which the query of a directory's name began, or empty when it is none. */
  public static OptionalLong queryOf(String name) {
    Matcher m = QUERY.matcher(name);
    return m.matches() ? OptionalLong.of(Long.parseLong(m.group(1))) : OptionalLong.empty();
  }

  /** Where a program keeps its own checkpoints that begins in an epoch. */
  public static String program(Settings settings, int revision, long epoch) {
    return revision(settings, revision) + String.format(Locale.ROOT, "/p%010d", epoch);
  }

  /** The epoch in which the program of a directory's name began, or empty when it is none. */
  public static OptionalLong programOf(String name) {
    Matcher m = PROGRAM.matcher(name);
    return m.matches() ? OptionalLong.of(Long.parseLong(m.group(1))) : OptionalLong.empty();
  }
}
