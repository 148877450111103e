package dev.tidemark.job.ledger;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A table as a person wrote it, {@code table} or {@code schema.table}, understood as PostgreSQL
 * does: parts without quotes are folded to lower case, {@code "Quoted"} ones are taken as they are.
 *
 * @param schema null when none was written: the search path decides
 */
public record TableName(String schema, String table) {

  private static final Pattern PART =
      Pattern.compile("\"((?:[^\"\\x00]|\"\")+)\"|([\\p{L}_][\\p{L}\\p{N}_$]*)");

  /**
   * Reads the text of the settings.
   *
   * @throws Trouble {@code InvalidSettings} when it is no table name
   */
  public static TableName parse(String text) {
    List<String> parts = new ArrayList<>();
    Matcher matcher = PART.matcher(text.strip());
    int at = 0;
    String stripped = text.strip();
    while (matcher.find(at) && matcher.start() == at) {
      parts.add(
          matcher.group(1) != null
              ? matcher.group(1).replace("\"\"", "\"")
              : matcher.group(2).toLowerCase(Locale.ROOT));
      at = matcher.end();
      if (at == stripped.length() || stripped.charAt(at) != '.') {
        break;
      }
      at++;
    }
    if (at != stripped.length() || parts.isEmpty() || parts.size() > 2 || stripped.endsWith(".")) {
      throw new Trouble(
          Reason.InvalidSettings,
          "sink.jdbc.table '"
              + text
              + "' is no table name; write table or schema.table, in double quotes where a part has capitals or other"
              + " characters than letters, digits and _");
    }
    return parts.size() == 1
        ? new TableName(null, parts.get(0))
        : new TableName(parts.get(0), parts.get(1));
  }

  /** The name ready to stand in a statement. */
  public String quoted() {
    return schema == null ? quoted(table) : quoted(schema) + "." + quoted(table);
  }

  /** One identifier ready to stand in a statement. */
  public static String quoted(String identifier) {
    return '"' + identifier.replace("\"", "\"\"") + '"';
  }

  @Override
  public String toString() {
    return schema == null ? table : schema + "." + table;
  }
}
