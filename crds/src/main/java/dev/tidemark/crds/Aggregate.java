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

/** Results over many records: per batch, running, or per window of time. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = "!has(self.window) || self.results == 'Running'",
    fieldPath = ".window",
    message =
        "aggregate.window is for results: Running: a window goes on from batch to batch. Leave results out, or leave"
            + " window out to have the results of each batch by itself")
public record Aggregate(
    @Size(max = 32)
        @JsonPropertyDescription(
            "What makes a group: Spark SQL expressions over the columns of select (without a select: value) and the"
                + " record's timestamp, such as [word] or [upper(country) AS country]. There is one result per distinct combination of their values;"
                + " NULL is a value of its own. Each is a column of the result, named by AS or by the column it is."
                + " Without it there is one result over all records.")
        List<@Size(min = 1, max = 4096) String> groupBy,
    @Required
        @Size(min = 1, max = 64)
        @JsonPropertyDescription(
            "What is computed for each group: aggregates over the columns of select, each with the column it fills, such"
                + " as [count(*) AS n, sum(amount) AS total, count(DISTINCT customer) AS customers]. Refused is what could"
                + " give another result when records are replayed or counted in another order, such as first, last and"
                + " collect_list.")
        List<@Size(min = 1, max = 4096) String> compute,
    @Default(Defaults.RESULTS)
        @JsonPropertyDescription(
            "Running: a result counts every record since the job began (with a window: every record of the window) and is"
                + " one row of the table, always the newest. What was counted is state, kept in the checkpoint. PerBatch:"
                + " each batch is computed by itself and its results are added to the table; there is no state.")
        Results results,
    @JsonPropertyDescription(
            "Results per window of time, such as {length: 1m} for counts per minute. The result has the columns"
                + " window_start, window_end and is_final besides those of groupBy and compute. Without it, results run on"
                + " for ever.")
        Window window) {
  public Aggregate {
    results = or(results, Results.Running);
  }

  /** True when a result depends on earlier batches: there is state, and rows are replaced. */
  public boolean running() {
    return results == Results.Running;
  }

  /** What a result is over. */
  public enum Results {
    Running,
    PerBatch
  }

  /** Windows of time; tumbling when slide equals length. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @ValidationRule(
      value = Window.IS_LENGTH,
      fieldPath = ".length",
      message = "length is a duration from 100ms to 8784h, such as 10s, 1m or 24h")
  @ValidationRule(
      value =
          "!has(self.slide) || (self.slide.matches("
              + Patterns.DURATION
              + ") && duration(self.slide) >= duration('100ms'))",
      fieldPath = ".slide",
      message = "slide is a duration of at least 100ms, such as 10s or 1m")
  @ValidationRule(
      value = "!has(self.slide) || " + Window.UNREADABLE + " || " + Window.IS_WITHIN,
      fieldPath = ".slide",
      message =
          "slide must not be longer than length: records between two windows would be in none. Leave slide out for"
              + " windows that follow one another")
  @ValidationRule(
      value = "!has(self.slide) || " + Window.UNREADABLE + " || " + Window.IS_BOUNDED,
      fieldPath = ".slide",
      message =
          "slide must be at least a 1440th of length: each record is counted in length / slide windows. Write a longer"
              + " slide")
  @ValidationRule(
      value =
          "self.lateness.matches("
              + Patterns.DURATION
              + ") && duration(self.lateness) <= duration('8784h')",
      fieldPath = ".lateness",
      message = "lateness is a duration of at most 8784h, such as 0s, 30s or 5m")
  @ValidationRule(
      value = "size(self.time.trim()) > 0",
      fieldPath = ".time",
      message = "time is empty: leave it out to use the record's timestamp")
  public record Window(
      @Required
          @Size(min = 2, max = 16)
          @JsonPropertyDescription(
              "How long a window is, from 100ms to 8784h, such as 1m. Windows begin at whole multiples of slide since"
                  + " 1970-01-01T00:00:00Z, so that windows of 1m begin with the minute.")
          String length,
      @Size(min = 2, max = 16)
          @JsonPropertyDescription(
              "How far apart the starts of two windows are: {length: 5m, slide: 1m} is a window of five minutes that"
                  + " begins each minute, and each record is counted in five of them. By default the length: windows"
                  + " follow one another and each record is counted in one.")
          String slide,
      @Default(Defaults.WINDOW_TIME)
          @Size(min = 1, max = 4096)
          @JsonPropertyDescription(
              "When a record happened: a Spark SQL expression of type TIMESTAMP over the columns of select and the"
                  + " record's timestamp. By default timestamp, the time Kafka has for it. Name a column of select for a"
                  + " time that is part of the record, such as happened_at for the entry"
                  + " to_timestamp(get_json_object(value, '$.at')) AS happened_at. A record without a time is in no"
                  + " window and counted as late.")
          String time,
      @Default(Defaults.LATENESS)
          @Size(min = 2, max = 16)
          @JsonPropertyDescription(
              "How long a window waits for records that come late, such as 30s. A record is too late for a window once"
                  + " its own partition has held a record newer than the window's end by this much; it is left out there"
                  + " and counted as late. A window is closed, and is_final true, once every partition has come that"
                  + " far.")
          String lateness) {
    static final String IS_LENGTH =
        "self.length.matches("
            + Patterns.DURATION
            + ") && duration(self.length) >= duration('100ms') && duration(self.length) <= duration('8784h')";

    /** Another rule says what is wrong. */
    static final String UNREADABLE =
        "!self.length.matches("
            + Patterns.DURATION
            + ") || !self.slide.matches("
            + Patterns.DURATION
            + ")";

    static final String IS_WITHIN = "duration(self.slide) <= duration(self.length)";

    static final String IS_BOUNDED =
        "duration(self.slide).getMilliseconds() * 1440 >= duration(self.length).getMilliseconds()";

    public Window {
      slide = or(slide, length);
      time = or(time, Defaults.WINDOW_TIME);
      lateness = or(lateness, Defaults.LATENESS);
    }
  }
}
