package dev.tidemark.crds;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The CRD as it follows from the Java types, with what annotations cannot say added. */
final class GeneratedCrd {
  static final GeneratedCrd JOB =
      new GeneratedCrd(
          StreamingJob.class,
          "A StreamingJob says which Kafka topics to read, what to keep and where to write it. Tidemark keeps exactly one"
              + " Spark driver working on it and recovers it from its checkpoint whatever dies.");
  static final GeneratedCrd BACKUP =
      new GeneratedCrd(
          StreamingJobBackup.class,
          "A StreamingJobBackup is a verified copy of the checkpoint of a StreamingJob, made while the job runs: by its"
              + " schedule (spec.backup of the job) or by hand. spec.restore of the job puts it back.");

  private final CustomResourceDefinition crd;

  private GeneratedCrd(Class<? extends CustomResource<?, ?>> type, String description) {
    crd = generate(type);
    schema().setDescription(description);
    listAsMap(at(schema(), "status", "conditions"), "type");
    if (type == StreamingJob.class) {
      at(schema(), "spec", "source", "topics").setXKubernetesListType("set");
      listAsMap(at(schema(), "spec", "imagePullSecrets"), "name");
    }
    inOrderOfDeclaration(type, crd.getSpec().getVersions().get(0).getAdditionalPrinterColumns());
  }

  CustomResourceDefinition crd() {
    return crd;
  }

  String yaml() {
    return "# Generated from the Java types in crds/ by `make crds`: change those, not this file.\n"
        + Serialization.asYaml(crd);
  }

  JSONSchemaProps schema() {
    return crd.getSpec().getVersions().get(0).getSchema().getOpenAPIV3Schema();
  }

  private static CustomResourceDefinition generate(Class<? extends CustomResource<?, ?>> type) {
    InMemory memory = new InMemory();
    new CRDGenerator()
        .customResourceClasses(type)
        .forCRDVersions("v1")
        .withOutput(memory)
        .generate();
    return Serialization.unmarshal(memory.text(), CustomResourceDefinition.class);
  }

  /** The generator sorts the columns by path; people read them as they were declared. */
  private static void inOrderOfDeclaration(
      Class<?> type, List<CustomResourceColumnDefinition> columns) {
    List<String> declared =
        Stream.of(type.getAnnotationsByType(AdditionalPrinterColumn.class))
            .map(AdditionalPrinterColumn::name)
            .toList();
    columns.sort(Comparator.comparingInt(column -> declared.indexOf(column.getName())));
  }

  private static void listAsMap(JSONSchemaProps list, String key) {
    list.setXKubernetesListType("map");
    list.setXKubernetesListMapKeys(List.of(key));
  }

  private static JSONSchemaProps at(JSONSchemaProps schema, String... path) {
    JSONSchemaProps at = schema;
    for (String step : path) {
      at = at.getProperties().get(step);
    }
    return at;
  }

  /**
   * Every leaf below {@code spec}: what has no properties of its own; a list or a map is one leaf.
   */
  Map<String, JSONSchemaProps> specLeaves() {
    Map<String, JSONSchemaProps> leaves = new TreeMap<>();
    collect("", at(schema(), "spec"), leaves);
    return leaves;
  }

  private static void collect(
      String path, JSONSchemaProps schema, Map<String, JSONSchemaProps> into) {
    if (schema.getProperties() == null || schema.getProperties().isEmpty()) {
      into.put(path, schema);
      return;
    }
    schema
        .getProperties()
        .forEach((name, child) -> collect(path.isEmpty() ? name : path + "." + name, child, into));
  }

  private static final class InMemory implements CRDGenerator.CRDOutput<OutputStream> {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @Override
    public OutputStream outputFor(String crdName) {
      return bytes;
    }

    @Override
    public URI crdURI(String crdName) {
      return URI.create("file:///" + crdName);
    }

    @Override
    public void close() throws IOException {
      bytes.close();
    }

    String text() {
      return bytes.toString(StandardCharsets.UTF_8);
    }
  }
}
