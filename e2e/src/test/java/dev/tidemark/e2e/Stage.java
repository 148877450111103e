package dev.tidemark.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives each scenario a {@link Scene} of its own. After success the scene is removed and one line
 * of the result table is written; after failure it is kept and described under {@code target/e2e/}.
 * A scenario whose line exists already for the same content (system property {@code
 * tidemark.passed} names the directory) is not run again.
 */
final class Stage
    implements BeforeEachCallback, AfterEachCallback, ParameterResolver, ExecutionCondition {
  private static final Namespace STORE = Namespace.create(Stage.class);

  /** A scene and when it began. In a record, because a store closes what can be closed. */
  private record Act(Scene scene, Instant begin) {}

  /** Tunnels and clients, shared by all scenarios of a run. */
  private record House(Cluster cluster, Infra infra) implements AutoCloseable {
    static House open() {
      Cluster cluster = Cluster.connect();
      return new House(cluster, new Infra(cluster));
    }

    @Override
    public void close() {
      infra.close();
      cluster.close();
    }
  }

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    if (context.getTestMethod().isEmpty()) {
      return ConditionEvaluationResult.enabled("a class");
    }
    return Files.exists(line(context))
        ? ConditionEvaluationResult.disabled("passed before with the same content")
        : ConditionEvaluationResult.enabled("not passed yet");
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    House house =
        context
            .getRoot()
            .getStore(STORE)
            .getOrComputeIfAbsent(House.class, any -> House.open(), House.class);
    Instant begin = Instant.now();
    context
        .getStore(STORE)
        .put(Act.class, new Act(Scene.open(house.cluster(), house.infra(), name(context)), begin));
  }

  @Override
  public void afterEach(ExtensionContext context) {
    Act act = context.getStore(STORE).get(Act.class, Act.class);
    if (act == null) {
      return;
    }
    Scene scene = act.scene();
    boolean passed = context.getExecutionException().isEmpty();
    String line = row(context, scene, passed, Duration.between(act.begin(), Instant.now()));
    System.out.println(line);
    if (passed) {
      write(line(context), line + "\n");
      remove(scene);
    } else {
      scene.stopFeeding();
      Path report = Path.of("target", "e2e", name(context) + ".txt");
      write(
          report,
          line
              + "\n\n"
              + context.getExecutionException().orElseThrow()
              + "\n\n"
              + Report.of(scene));
      System.out.println(
          "The scene is kept in namespace " + scene.id() + " and described in e2e/" + report + ".");
    }
  }

  /**
   * What fails once, because a tunnel broke or the API server was slow, is done the second time.
   */
  private static void remove(Scene scene) {
    try {
      scene.close();
    } catch (RuntimeException e) {
      System.out.println("Removing " + scene.id() + " is tried once more: " + e);
      scene.close();
    }
  }

  private static String row(ExtensionContext context, Scene scene, boolean passed, Duration took) {
    Verdict verdict = scene.verdict();
    String counts =
        verdict == null
            ? "| - | - | - | - "
            : "| %d | %d | %d | %d "
                .formatted(verdict.events(), verdict.rows(), verdict.lost(), verdict.doubled());
    String recoveries =
        scene.recoveries().stream()
            .map(seconds -> String.format(Locale.ROOT, "%.1f", seconds))
            .collect(Collectors.joining(", "));
    return "| %s | %s | %d %s| %s |"
        .formatted(
            name(context),
            passed ? "passed" : "FAILED",
            took.toSeconds(),
            counts,
            recoveries.isEmpty() ? "-" : recoveries);
  }

  private static String name(ExtensionContext context) {
    String type = context.getRequiredTestClass().getSimpleName().replaceAll("Scenario$", "");
    return type + "." + context.getRequiredTestMethod().getName();
  }

  private static Path line(ExtensionContext context) {
    String directory =
        System.getProperty("tidemark.passed", "target/e2e/passed-" + ProcessHandle.current().pid());
    return Path.of(directory, name(context));
  }

  private static void write(Path file, String text) {
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException("Could not write " + file, e);
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Scene.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context.getStore(STORE).get(Act.class, Act.class).scene();
  }
}
