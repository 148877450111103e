package dev.tidemark.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;

/** Results over many records: per batch, running, or per window of time. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Aggregate(
    @Size(min = 1, max = 32)
        @JsonPropertyDescription(
            "Spark SQL expressions over the columns of select; one result per distinct value.")
        List<@Size(min = 1, max = 4096) String> groupBy,
    @Size(max = 256)
        @JsonPropertyDescription("Window of time, such as 1m; without it results run on for ever.")
        String window,
    @Required
        @Size(min = 1, max = 64)
        @JsonPropertyDescription("What is computed for each group, such as count(*) AS total.")
        List<@Size(min = 1, max = 4096) String> compute,
    @Size(min = 2, max = 16)
        @JsonPropertyDescription("Forget a group that had no record for this long.")
        String idleTimeout,
    @Size(min = 2, max = 16)
        @JsonPropertyDescription("How much later than the newest record a record may come.")
        String lateness) {}
