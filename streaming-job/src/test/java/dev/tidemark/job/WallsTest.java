package dev.tidemark.job;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/** Who may know whom. Arrows go from Main over engine and check to the rooms that do one thing. */
class WallsTest {
  private static final JavaClasses OURS =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.tidemark.job");

  @Test
  void theRoomsThatDoOneThingKnowNothingOfTheEngine() {
    check(
        noClasses()
            .that()
            .resideInAnyPackage(
                "..expression..",
                "..ledger..",
                "..sink..",
                "..owner..",
                "..secrets..",
                "..source..",
                "..progress..",
                "..supervise..",
                "..settings..",
                "..outcome..",
                "..executors..",
                "..check..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("..engine.."));
  }

  @Test
  void theTwoStreamingEnginesKnowTheRunAndNotEachOther() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.tidemark.job.engine")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..engine.dstream..", "..engine.structured.."));
    check(
        noClasses()
            .that()
            .resideInAPackage("..engine.dstream..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("..engine.structured.."));
    check(
        noClasses()
            .that()
            .resideInAPackage("..engine.structured..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("..engine.dstream.."));
  }

  @Test
  void outcomesAndSettingsStandAlone() {
    check(
        noClasses()
            .that()
            .resideInAPackage("..outcome..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "..expression..",
                "..ledger..",
                "..sink..",
                "..owner..",
                "..source..",
                "..progress..",
                "..settings..",
                "..executors.."));
  }

  @Test
  void onlyTheEngineAndItsExecutorsKnowSparkStreamingAndSchedulers() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages("..engine..", "..executors..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.spark.streaming..", "org.apache.spark.scheduler.."));
  }

  @Test
  void onlyExecutorPodsAreHandledWithSparksKubernetesClient() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage("..executors..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.fabric8.."));
  }

  @Test
  void nothingHereKnowsTheOperator() {
    check(
        noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.tidemark.operator..", "dev.tidemark.crds.."));
  }

  @Test
  void filesStayShortAndNoPackageIsAnAttic() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("src"))) {
      List<String> offenders =
          files
              .filter(file -> file.toString().endsWith(".java"))
              .filter(
                  file ->
                      lines(file) > 300
                          || file.toString().matches(".*/(utils?|helpers?|common|misc)/.*"))
              .map(Path::toString)
              .toList();
      Assertions.assertThat(offenders).isEmpty();
    }
  }

  private static void check(ArchRule rule) {
    rule.check(OURS);
  }

  private static long lines(Path file) {
    try (Stream<String> lines = Files.lines(file)) {
      return lines.count();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
