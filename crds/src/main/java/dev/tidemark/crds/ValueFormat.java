package dev.tidemark.crds;

import static dev.tidemark.crds.Defaults.or;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/** How values are read into the column {@code data}. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = "self.framing == 'None' || self.format == 'Avro'",
    fieldPath = ".framing",
    message = "framing: SchemaRegistry is of Avro; values of another format have none")
public record ValueFormat(
    @Required @JsonPropertyDescription("What values are: Json or Avro.") Format format,
    @Required
        @Size(min = 1, max = 32768)
        @JsonPropertyDescription(
            "Of Json the fields with their types, as in CREATE TABLE, such as: id BIGINT, customer STRUCT<name: STRING>, at"
                + " TIMESTAMP. Fields that are not named are left out, those that are missing are null. Of Avro the schema that"
                + " the values were written with, as JSON.")
        String schema,
    @Default(Defaults.FRAMING)
        @JsonPropertyDescription(
            "SchemaRegistry: each value begins with a zero byte and the four of a schema's id, as serializers with a schema"
                + " registry write it. They are left out; no registry is asked, the schema is the one given here.")
        Framing framing) {
  public ValueFormat {
    framing = or(framing, Framing.None);
  }

  /** What values are. */
  public enum Format {
    Json,
    Avro
  }

  /** What comes before them. */
  public enum Framing {
    None,
    SchemaRegistry
  }
}
