package dev.tidemark.e2e.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a command took.
 *
 * @param wall seconds
 * @param cpu seconds
 * @param mebibytes the greatest size of its processes
 */
record Timed(double wall, double cpu, long mebibytes) {
  private static final Pattern TIMES =
      Pattern.compile("(\\d+\\.\\d+) (\\d+\\.\\d+) (\\d+\\.\\d+)\\s*$");

  /** Runs a command to its end, which must be a good one; what it says goes to {@code name}.log. */
  static Timed run(
      Path directory, String name, Map<String, String> environment, List<String> command)
      throws IOException, InterruptedException {
    Path log = directory.resolve(name + ".log");
    List<String> line =
        new ArrayList<>(
            List.of(
                "bash", "-c", "TIMEFORMAT='%R %U %S'; time \"$@\" >>\"$0\" 2>&1", log.toString()));
    line.addAll(command);
    ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Path times = directory.resolve("times");
    Process process = builder.redirectOutput(times.toFile()).start();
    long mebibytes = 0;
    while (!process.waitFor(50, TimeUnit.MILLISECONDS)) {
      mebibytes = Math.max(mebibytes, process.descendants().mapToLong(Timed::peak).sum());
    }
    String said = Files.readString(times);
    Matcher seconds = TIMES.matcher(said);
    if (process.exitValue() != 0 || !seconds.find()) {
      throw new IOException(name + " ended with " + process.exitValue() + ", see " + log);
    }
    double cpu = Double.parseDouble(seconds.group(2)) + Double.parseDouble(seconds.group(3));
    return new Timed(Double.parseDouble(seconds.group(1)), cpu, mebibytes);
  }

  private static long peak(ProcessHandle process) {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
      return lines
          .filter(l -> l.startsWith("VmHWM:"))
          .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")) / 1024)
          .findFirst()
          .orElse(0);
    } catch (IOException | UncheckedIOException e) {
      return 0; // it has just ended
    }
  }
}
