package dev.tidemark.crds;

import static dev.tidemark.crds.Defaults.or;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;

/**
 * A streaming program of the user's own instead of filter, select and aggregate: written with the
 * library {@code tidemark-program}, or any other.
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value =
        "!has(self.progressDeadline) || (self.progressDeadline.matches("
            + Patterns.DURATION
            + ") && duration(self.progressDeadline) >= duration('10s') && duration(self.progressDeadline) <= duration('24h'))",
    fieldPath = ".progressDeadline",
    message = "progressDeadline is a duration from 10s to 24h, such as 90s, 10m or 2h")
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
    @Size(max = 256)
        @JsonPropertyDescription(
            "Arguments of the program. With fencing: Lease, $(TIDEMARK_CHECKPOINT) in them becomes the directory for the"
                + " program's own checkpoints.")
        List<@Size(max = 4096) String> args,
    @Default(Defaults.FENCING)
        @JsonPropertyDescription(
            "What keeps a driver that was given up from doing harm. Ledger: what it writes is refused; for programs that use"
                + " Tidemark's library, whose results are exactly once. Lease: it halts when it cannot renew its Lease, and"
                + " the next one waits for that; for any program, with source, sink and checkpoints of its own making. It"
                + " cannot be changed.")
        Fencing fencing,
    @Size(min = 2, max = 16)
        @JsonPropertyDescription(
            "How long the program may go without completing a batch, or hearing that there is none to make, from 10s to"
                + " 24h; then it is ended with NoProgress and started again. Without it: "
                + Defaults.PROGRESS_DEADLINE
                + " with fencing: Lease, else 2m or ten intervals, whichever is longer.")
        String progressDeadline) {
  public Application {
    fencing = or(fencing, Fencing.Ledger);
  }

  /** What fences the drivers of a program. */
  public enum Fencing {
    Ledger,
    Lease
  }
}
