package dev.tidemark.job.expression;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.catalyst.parser.ParseException;

/**
 * Turns what Spark says of an expression into one sentence that quotes it and says where, what and
 * what to do.
 */
final class Complaint {

  private static final Pattern ERROR_CLASS = Pattern.compile("^\\[[A-Z0-9_.]+]\\s*");
  private static final Pattern POSITION =
      Pattern.compile("\\(line (\\d+), pos (\\d+)\\)|; line (\\d+) pos (\\d+)");
  private static final int LONGEST = 700;

  private Complaint() {}

  /** A refusal of ours; {@code field} is {@code filter} or {@code select[2]}. */
  static Trouble refused(String field, String text, String why) {
    return new Trouble(reason(field), field + ": " + why + " (in: " + shortened(text) + ")");
  }

  /** Spark's own verdict on an expression. */
  static Trouble of(String field, String text, Throwable cause) {
    if (cause instanceof Trouble trouble) {
      return trouble;
    }
    if (cause instanceof RecordSqlParser.Refused refused) {
      return new Trouble(
          reason(field), field + ": " + refused.getMessage() + " (in: " + shortened(text) + ")");
    }
    if (cause instanceof StackOverflowError) {
      return new Trouble(
          reason(field),
          field + ": the expression is nested too deeply; split it into simpler ones");
    }
    return new Trouble(
        reason(field),
        field + ": " + what(cause) + where(cause) + " (in: " + shortened(text) + ")",
        cause);
  }

  static Reason reason(String field) {
    if (field.equals(ValueReading.FIELD)) {
      return Reason.InvalidSchema;
    }
    if (field.startsWith("aggregate")) {
      return Reason.InvalidAggregate;
    }
    return field.startsWith("filter") ? Reason.InvalidFilter : Reason.InvalidSelect;
  }

  private static String what(Throwable cause) {
    if (cause instanceof AnalysisException analysis && analysis.getErrorClass() != null) {
      String known = known(analysis.getErrorClass(), analysis.getMessageParameters());
      if (known != null) {
        return known;
      }
    }
    String message =
        cause instanceof AnalysisException analysis && !(cause instanceof ParseException)
            ? analysis.getSimpleMessage()
            : cause.getMessage();
    return cleaned(message == null ? cause.getClass().getSimpleName() : message);
  }

  private static String known(String errorClass, Map<String, String> parameters) {
    String object = bare(parameters.get("objectName"));
    if (errorClass.startsWith("UNRESOLVED_COLUMN") || errorClass.startsWith("UNRESOLVED_FIELD")) {
      boolean read = String.valueOf(parameters.get("proposal")).contains("`data`");
      return "unknown column '"
          + object
          + "'; the columns are "
          + Columns.names()
          + (read ? ", data" : "");
    }
    if (errorClass.startsWith("UNSUPPORTED_GENERATOR.MULTI_GENERATOR")) {
      return "only one function that makes several rows (explode, inline, ...) can be used in a select";
    }
    if (errorClass.startsWith("UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS")) {
      return "a function that makes several rows (explode, inline, ...) must stand alone, not inside another expression";
    }
    if (errorClass.startsWith("UNSUPPORTED_GENERATOR")) {
      return "functions that make several rows (explode, inline, ...) can be used in select only";
    }
    if (errorClass.endsWith("FILTER_NOT_BOOLEAN")) {
      return "the filter must be a condition (BOOLEAN), but is of type "
          + bare(parameters.get("type"));
    }
    return null;
  }

  private static String bare(String quoted) {
    return quoted == null ? "" : quoted.replace("`", "").replace("\"", "");
  }

  /** Spark's message without its error class, its drawing of the query and its trailing plan. */
  static String cleaned(String message) {
    String first = message.strip();
    int drawing = first.indexOf("== SQL");
    if (drawing > 0) {
      first = first.substring(0, drawing);
    }
    int plan = first.indexOf(";\n");
    if (plan > 0) {
      first = first.substring(0, plan);
    }
    first = ERROR_CLASS.matcher(first).replaceFirst("");
    first = POSITION.matcher(first).replaceAll("");
    first = first.replaceAll("\\s+", " ").strip();
    while (first.endsWith(".") || first.endsWith(";")) {
      first = first.substring(0, first.length() - 1).strip();
    }
    return shortened(first);
  }

  private static String where(Throwable cause) {
    if (!(cause instanceof AnalysisException analysis)) {
      return "";
    }
    if (analysis.line().isDefined() && analysis.startPosition().isDefined()) {
      int line = (Integer) analysis.line().get();
      int position = (Integer) analysis.startPosition().get() + 1;
      return line == 1
          ? " at character " + position
          : " at line " + line + ", character " + position;
    }
    Matcher matcher = POSITION.matcher(String.valueOf(cause.getMessage()));
    return matcher.find() && matcher.group(2) != null
        ? " at character " + (Integer.parseInt(matcher.group(2)) + 1)
        : "";
  }

  static String shortened(String text) {
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
  }

  /** The names of select fields, counted as people count. */
  static String select(List<String> select, int index) {
    return select.size() == 1 ? "select" : "select[" + index + "]";
  }
}
