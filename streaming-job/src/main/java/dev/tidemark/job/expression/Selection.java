package dev.tidemark.job.expression;

import dev.tidemark.job.settings.Settings;
import java.io.Serializable;
import java.util.List;

/**
 * What is made of a record, as text: how its value is read, the filter, and the select.
 *
 * @param value null where values are text alone
 * @param filter null where every record is kept
 * @param select never empty; by default the column {@code value}
 */
public record Selection(Settings.Value value, String filter, List<String> select)
    implements Serializable {

  /** Puts defaults in the place of what is left out. */
  public Selection {
    filter = filter == null || filter.isBlank() ? null : filter;
    select = select == null || select.isEmpty() ? List.of("value") : List.copyOf(select);
  }

  /** That of a definition. */
  public static Selection of(Settings.Definition definition) {
    return new Selection(definition.source().value(), definition.filter(), definition.select());
  }
}
