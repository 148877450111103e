package dev.tidemark.operator;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The walls between the rooms, and the size of what stands in them. */
final class ArchitectureTest {
  private static final String CORE = "dev.tidemark.operator.core..";

  private static final ArchRule CORE_KNOWS_NOTHING_BUT_JAVA =
      classes()
          .that()
          .resideInAPackage(CORE)
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(CORE, "java..");

  private static final ArchRule CORE_READS_NO_CLOCK_AND_STARTS_NOTHING =
      noClasses()
          .that()
          .resideInAPackage(CORE)
          .should()
          .callMethod(Instant.class, "now")
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(Clock.class)
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(Thread.class)
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(System.class)
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(java.util.Random.class);

  private static final ArchRule OPS_KNOWS_NOTHING_OF_JOBS =
      noClasses()
          .that()
          .resideInAPackage("dev.tidemark.operator.ops..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              CORE, "dev.tidemark.operator.kubernetes..", "dev.tidemark.crds..", "io.fabric8..");

  private static final ArchRule ONLY_MAIN_JOINS_THE_ROOMS =
      noClasses()
          .that()
          .resideInAPackage("dev.tidemark.operator.kubernetes..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.tidemark.operator.ops..", "dev.tidemark.operator");

  /** Status and reading each know how objects are made; the hands know all three. */
  private static final ArchRule HANDS_ABOVE_EYES_ABOVE_MANIFESTS =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("hands")
          .definedBy("dev.tidemark.operator.kubernetes")
          .layer("status")
          .definedBy("dev.tidemark.operator.kubernetes.status")
          .layer("reading")
          .definedBy("dev.tidemark.operator.kubernetes.reading")
          .layer("manifests")
          .definedBy("dev.tidemark.operator.kubernetes.manifests")
          .whereLayer("hands")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("status")
          .mayOnlyBeAccessedByLayers("hands")
          .whereLayer("reading")
          .mayOnlyBeAccessedByLayers("hands", "status");

  private static final ArchRule NO_UTILITY_DRAWERS =
      noClasses()
          .should()
          .resideInAnyPackage("..util..", "..utils..", "..helper..", "..manager..", "..common..");

  @TestFactory
  Stream<DynamicTest> walls() {
    JavaClasses ours =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.tidemark.operator");
    return Stream.of(
            CORE_KNOWS_NOTHING_BUT_JAVA,
            CORE_READS_NO_CLOCK_AND_STARTS_NOTHING,
            OPS_KNOWS_NOTHING_OF_JOBS,
            ONLY_MAIN_JOINS_THE_ROOMS,
            HANDS_ABOVE_EYES_ABOVE_MANIFESTS,
            NO_UTILITY_DRAWERS)
        .map(rule -> DynamicTest.dynamicTest(rule.getDescription(), () -> rule.check(ours)));
  }

  @Test
  void noClassIsLongerThanThreeHundredLines() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      List<String> longOnes =
          files
              .filter(f -> f.toString().endsWith(".java"))
              .filter(f -> lines(f) > 300)
              .map(Path::toString)
              .toList();
      Assertions.assertThat(longOnes).isEmpty();
    }
  }

  private static long lines(Path file) {
    try (Stream<String> lines = Files.lines(file)) {
      return lines.count();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
