package dev.tidemark.backup;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;

/** The walls between the rooms. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new DoNotIncludeTests())
          .importPackages("dev.tidemark.backup");

  private static final ArchRule ROOMS =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("rows")
          .definedBy("..rows..")
          .layer("store")
          .definedBy("..store..")
          .layer("checkpoint")
          .definedBy("..checkpoint..")
          .layer("repository")
          .definedBy("..repository..")
          .layer("restore")
          .definedBy("..restore..")
          .layer("cli")
          .definedBy("..cli..")
          .whereLayer("cli")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("restore")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("repository")
          .mayOnlyBeAccessedByLayers("restore", "cli")
          .whereLayer("checkpoint")
          .mayOnlyBeAccessedByLayers("repository", "restore", "cli")
          .whereLayer("rows")
          .mayNotAccessAnyLayer();

  private static final ArchRule USEFUL_WITHOUT_ANY_CLUSTER =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.spark..", "io.fabric8..", "org.apache.hadoop..");

  private static final ArchRule THE_SDK_STAYS_IN_THE_STORE =
      noClasses()
          .that()
          .resideOutsideOfPackage("..store..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("software.amazon.awssdk..");

  @Test
  void roomsKnowOnlyTheRoomsBelow() {
    ROOMS.check(CLASSES);
  }

  @Test
  void isUsefulWithoutAnyCluster() {
    USEFUL_WITHOUT_ANY_CLUSTER.check(CLASSES);
  }

  @Test
  void theSdkStaysInTheStore() {
    THE_SDK_STAYS_IN_THE_STORE.check(CLASSES);
  }
}
