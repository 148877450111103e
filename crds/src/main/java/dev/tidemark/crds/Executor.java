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

/** Number, size and shape of the executor pods. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value =
        "self.memory.matches("
            + Patterns.MEMORY
            + ") && !quantity(self.memory).isLessThan(quantity('512Mi'))",
    fieldPath = ".memory",
    message = "memory is a number of Mi or Gi, at least 512Mi: Spark does not start with less")
public record Executor(
    @Default(Defaults.EXECUTOR_INSTANCES)
        @Min(0)
        @Max(1000)
        @JsonPropertyDescription(
            "Number of executor pods. 0 is local mode: the whole job runs in the driver pod, the cheapest and the fastest"
                + " to recover.")
        Integer instances,
    @Default(Defaults.CORES)
        @Min(0.1)
        @Max(256)
        @JsonPropertyDescription(
            "CPU cores for each executor; rounded up, the number of tasks it runs at the same time. The pod asks for a quarter"
                + " of them and is not limited: it idles between batches.")
        Double cores,
    @Default(Defaults.EXECUTOR_MEMORY)
        @Size(min = 3, max = 16)
        @JsonPropertyDescription(
            "Heap of each executor. The pod asks for this plus an overhead of a tenth, at least 384Mi.")
        String memory,
    @PreserveUnknownFields
        @SchemaFrom(type = Template.class)
        @JsonPropertyDescription(
            "Pod template (metadata and spec) for the executor pods, to set what has no field here. The container of Spark"
                + " is named spark.")
        Map<String, Object> template) {
  public Executor {
    instances = or(instances, Integer.valueOf(Defaults.EXECUTOR_INSTANCES));
    cores = or(cores, Double.valueOf(Defaults.CORES));
    memory = or(memory, Defaults.EXECUTOR_MEMORY);
  }

  /** Executors with every default. */
  public static Executor defaults() {
    return new Executor(null, null, null, null);
  }
}
