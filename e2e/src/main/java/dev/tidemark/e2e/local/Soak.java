package dev.tidemark.e2e.local;

import java.nio.file.Path;
import java.util.List;

/**
 * Program: {@code Soak <directory> <image> <runs> <first seed> [<fault>|any [<engine>]]}; ends with
 * 1 when one is not exact.
 */
public final class Soak {
  private static final String JAVA = "-Xmx512m -Dspark.ui.enabled=false";

  private Soak() {}

  /** Runs seeds one after another. */
  public static void main(String[] arguments) throws Exception {
    Path directory = Path.of(arguments[0]).toAbsolutePath();
    Path image = Path.of(arguments[1]).toAbsolutePath();
    int runs = Integer.parseInt(arguments[2]);
    long first = Long.parseLong(arguments[3]);
    Fault always =
        arguments.length > 4 && !arguments[4].equals("any") ? Fault.valueOf(arguments[4]) : null;
    Engine only = arguments.length > 5 ? Engine.valueOf(arguments[5]) : null;
    int failed = 0;
    int looks = 0;
    try (Servers servers = new Servers(directory);
        Processes processes = new Processes(directory)) {
      for (int i = 0; i < runs; i++) {
        long seed = first + i;
        long begun = System.nanoTime();
        try (Run run = new Run(servers, processes, image, directory, JAVA, seed, always, only)) {
          System.out.println("seed " + seed + ": " + run.title());
          List<String> wrong = run.play();
          looks += run.looks();
          failed += wrong.isEmpty() ? 0 : 1;
          System.out.printf(
              "seed %d: %s after %.1f s%n",
              seed, wrong.isEmpty() ? "exact" : "NOT EXACT", (System.nanoTime() - begun) / 1e9);
          wrong.forEach(sentence -> System.out.println("  " + sentence));
        }
      }
    }
    System.out.printf(
        "%d of %d runs exact, compared %d times on the way%n", runs - failed, runs, looks);
    if (failed > 0) {
      System.exit(1);
    }
  }
}
