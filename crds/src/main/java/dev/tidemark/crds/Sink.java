package dev.tidemark.crds;

import static dev.tidemark.crds.Defaults.or;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;

/** Where the results go; exactly one kind. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value =
        "[has(self.jdbc), has(self.kafka), has(self.s3), has(self.log)].exists_one(given, given)",
    message = "a sink is exactly one of: jdbc, kafka, s3, log")
public record Sink(
    @JsonPropertyDescription(
            "A PostgreSQL table. Rows and the offsets they come from are committed in one transaction, hence exactly once.")
        Jdbc jdbc,
    @JsonPropertyDescription(
            "A topic at the brokers of the source. Records and the offsets they come from are committed in one transaction,"
                + " hence exactly once for readers with isolation.level=read_committed.")
        Kafka kafka,
    @JsonPropertyDescription(
            "Files in the store of the checkpoint, for rows and for results per batch. What a batch wrote counts from the"
                + " moment its object in _commits/ is there, which lists its files: exactly once for readers of these lists.")
        S3 s3,
    @JsonPropertyDescription(
            "Prints results to the driver's log, a line of JSON each: for first steps. Write {} to choose it. What was"
                + " committed is not printed again after a restart; the batch in hand when a driver dies may be printed"
                + " twice. At most 1000 lines are printed per task and batch.")
        Log log) {

  /** A PostgreSQL table. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @ValidationRule(
      value = "self.url.matches('^jdbc:postgresql://[^/?]+/[^/?]+([?].*)?$')",
      fieldPath = ".url",
      message =
          "url is jdbc:postgresql://host:port/database, perhaps with ?parameters; other databases are not supported")
  @ValidationRule(
      value = "!self.url.matches('(?i)([?&](user|password|sslpassword)=)|(://[^/]*@)')",
      fieldPath = ".url",
      message =
          "url must not hold a user or a password: put them into a Secret with the keys username and password and name it"
              + " in credentialsSecretRef")
  @ValidationRule(
      value =
          "self.table.matches('^[A-Za-z_][A-Za-z0-9_$]{0,62}([.][A-Za-z_][A-Za-z0-9_$]{0,62})?$')",
      fieldPath = ".table",
      message = "table is the name of a table, perhaps with its schema: events or reporting.events")
  public record Jdbc(
      @Required
          @Size(min = 1, max = 2048)
          @JsonPropertyDescription(
              "JDBC address of the database: jdbc:postgresql://host:port/database.")
          String url,
      @Required
          @Size(min = 1, max = 127)
          @JsonPropertyDescription(
              "Table that receives the results; columns are matched by name. It may name the schema: reporting.events.")
          String table,
      @JsonPropertyDescription(
              "Secret with the keys username and password (type kubernetes.io/basic-auth, as CloudNativePG makes it). Read"
                  + " again when it changes; no restart is needed.")
          SecretRef credentialsSecretRef,
      @JsonPropertyDescription(
              "Secret whose key ca.crt holds the certificates (PEM) of the authorities that sign the server's own. With it"
                  + " the connection is encrypted and the server's name is checked (sslmode=verify-full).")
          SecretRef caSecretRef,
      @Default(Defaults.FALSE)
          @JsonPropertyDescription(
              "Create the table from the columns of select when it does not exist. When false, a missing table is"
                  + " reported with the statement that creates it. The ledger's own tables are created in either case if"
                  + " the role may.")
          Boolean createTable,
      @JsonPropertyDescription(
              "Append adds a row per result. Upsert keeps one row per group (and window), always the newest result. It follows"
                  + " from the job and need not be written: Upsert with an aggregate whose results are Running, else"
                  + " Append.")
          Mode mode) {
    public Jdbc {
      createTable = or(createTable, false);
    }
  }

  /** A topic at the brokers of the source, reached with the source's credentials. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Kafka(
      @Required
          @Size(min = 1, max = 249)
          @Pattern("^[a-zA-Z0-9._-]+$")
          @JsonPropertyDescription(
              "Topic that receives the results. It must exist, and must not be one that the job reads.")
          String topic,
      @Size(max = 32)
          @JsonPropertyDescription(
              "Columns whose values are the key of a record: one of type string as it is, several as a JSON object. An aggregate's"
                  + " results have their groups (and window) as key unless told otherwise, rows have none.")
          List<@Size(min = 1, max = 255) String> key,
      @Default("Json")
          @JsonPropertyDescription(
              "Json: the value is an object with all columns. Text: the value is the only column beside those of the key, of type"
                  + " string, as it is; a null is a tombstone.")
          Format format) {
    public Kafka {
      format = or(format, Format.Json);
    }
  }

  /** Files in the store of the checkpoint, reached with the fields of {@code spec.s3}. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @ValidationRule(
      value = "self.path.matches('^s3a://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/[^/].*[^/]$')",
      fieldPath = ".path",
      message = "path is s3a://bucket/path, without a slash at its end")
  public record S3(
      @Required
          @Size(min = 1, max = 1024)
          @JsonPropertyDescription(
              "Where the files go: s3a://bucket/path. It is this job's alone and must be empty at first.")
          String path,
      @Default("JsonLines")
          @JsonPropertyDescription(
              "JsonLines: an object per line, names end in .jsonl. Parquet: compressed with Snappy, names end in .parquet.")
          FileFormat format) {
    public S3 {
      format = or(format, FileFormat.JsonLines);
    }
  }

  /** What rows in a file look like. */
  public enum FileFormat {
    JsonLines,
    Parquet
  }

  /** What the value of a record is. */
  public enum Format {
    Json,
    Text
  }

  /** How rows enter the table. */
  public enum Mode {
    Append,
    Upsert
  }

  /** Prints results. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Log() {}
}
