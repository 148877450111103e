package dev.tidemark.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;

/**
 * A Spark Streaming program of the user's own, written with the library {@code tidemark-program},
 * instead of filter, select and aggregate.
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Application(
    @Required
        @Size(min = 1, max = 512)
        @JsonPropertyDescription(
            "Image that holds the program's jar in /opt/tidemark/program, built on the driver's image of this release.")
        String image,
    @Required
        @Size(min = 1, max = 512)
        @JsonPropertyDescription(
            "Class whose main method is called, in the driver's JVM, at the beginning of each run.")
        String mainClass,
    @Size(max = 256) @JsonPropertyDescription("Arguments of the program.")
        List<@Size(max = 4096) String> args) {}
