package dev.tidemark.backup;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The walls between the rooms. */
@AnalyzeClasses(packages = "dev.tidemark.backup", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule ROOMS =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
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
          .mayOnlyBeAccessedByLayers("repository", "restore", "cli");

  @ArchTest
  static final ArchRule USEFUL_WITHOUT_ANY_CLUSTER =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.spark..", "io.fabric8..", "org.apache.hadoop..");

  @ArchTest
  static final ArchRule THE_SDK_STAYS_IN_THE_STORE =
      noClasses()
          .that()
          .resideOutsideOfPackage("..store..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("software.amazon.awssdk..");
}
