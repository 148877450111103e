package dev.tidemark.job.progress;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.nio.charset.StandardCharsets;

/** A report as the JSON of the contract, at most 2 KiB. */
public final class ReportJson {
  private static final int LIMIT = 2048;
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .build();

  private ReportJson() {}

  /** The JSON; a sentence that is too long is cut, never a figure. */
  public static String of(Report report) {
    String message = report.message();
    String json = write(report);
    while (json.getBytes(StandardCharsets.UTF_8).length > LIMIT && !message.isEmpty()) {
      message = message.substring(0, message.length() * 3 / 4);
      json = write(with(report, message.isEmpty() ? "" : message + "…"));
    }
    return json;
  }

  /** A string as a JSON literal. */
  static String literal(String text) {
    return write(text);
  }

  private static String write(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Report with(Report r, String message) {
    return new Report(
        r.attempt(),
        r.generation(),
        r.definitionDigest(),
        r.revision(),
        r.epoch(),
        r.runs(),
        r.situation(),
        r.reason(),
        message,
        r.batch(),
        r.totals(),
        r.lag(),
        r.lastCommitAt(),
        r.checkpoint(),
        r.recovery(),
        r.restarts(),
        r.executors(),
        r.state(),
        r.skipped());
  }
}
