package dev.tidemark.crds;

import static dev.tidemark.crds.Defaults.or;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.PreserveUnknownFields;
import io.fabric8.crd.generator.annotation.SchemaFrom;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.Map;

/** Size and shape of the driver pod. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value =
        "self.memory.matches("
            + Patterns.MEMORY
            + ") && !quantity(self.memory).isLessThan(quantity('512Mi'))",
    fieldPath = ".memory",
    message = "memory is a number of Mi or Gi, at least 512Mi: Spark does not start with less")
public record Driver(
    @Default(Defaults.CORES)
        @Min(0.1)
        @Max(256)
        @JsonPropertyDescription(
            "CPU cores for the driver; a part of one (0.5) is allowed. The pod asks for a quarter of them and is not limited: a"
                + " driver idles between batches and should start fast. In local mode, rounded up and at least two, the"
                + " number of tasks that run at the same time.")
        Double cores,
    @Default(Defaults.DRIVER_MEMORY)
        @Size(min = 3, max = 16)
        @JsonPropertyDescription(
            "Heap of the driver. The pod asks for this plus an overhead of a tenth, at least 384Mi.")
        String memory,
    @JsonPropertyDescription(
            "Keeps a second JVM in the driver pod that has loaded all it needs and waits: when the first one dies it goes on"
                + " within a second or two instead of starting anew. The pod asks for "
                + Defaults.STANDBY_MEMORY
                + " of memory more. It does not help when the whole pod is lost.")
        Boolean standby,
    @PreserveUnknownFields
        @SchemaFrom(type = Template.class)
        @JsonPropertyDescription(
            "Pod template (metadata and spec) merged over the pod Tidemark builds, to set what has no field here: node"
                + " selector, tolerations, labels, further volumes, side containers. The container of Spark is named spark."
                + " The API server judges the resulting pod before it is used: a misspelt field is refused.")
        Map<String, Object> template) {
  public Driver {
    cores = or(cores, Double.valueOf(Defaults.CORES));
    memory = or(memory, Defaults.DRIVER_MEMORY);
  }

  /** A driver with every default. */
  public static Driver defaults() {
    return new Driver(null, null, null, null);
  }
}
