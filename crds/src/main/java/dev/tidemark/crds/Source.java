package dev.tidemark.crds;

import static dev.tidemark.crds.Defaults.or;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import java.util.Map;

/** The Kafka topics a job reads. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value =
        "self.bootstrapServers.matches('^[A-Za-z0-9._-]+:[0-9]{1,5}(,[A-Za-z0-9._-]+:[0-9]{1,5})*$')",
    fieldPath = ".bootstrapServers",
    message =
        "bootstrapServers is a list host:port,host:port without blanks, such as kafka-0:9092,kafka-1:9092")
@ValidationRule(
    value = "has(self.topics) != has(self.topicPattern)",
    message = "give either topics, by their names, or a topicPattern that their names match")
@ValidationRule(
    value =
        "!has(self.topics) || self.topics.all(t, t.matches('^[a-zA-Z0-9._-]+$') && t != '.' && t != '..')",
    fieldPath = ".topics",
    message = "the name of a Kafka topic has only letters, digits, '.', '_' and '-'")
@ValidationRule(
    value =
        "!has(self.properties) || ![" + OwnSettings.KAFKA + "].exists(key, key in self.properties)",
    fieldPath = ".properties",
    message =
        "leave out what Tidemark sets itself (brokers and start by bootstrapServers and startingOffsets): "
            + OwnSettings.KAFKA)
@ValidationRule(
    value =
        "!has(self.properties) || !['sasl.jaas.config', 'ssl.key.password', 'ssl.keystore.password',"
            + " 'ssl.keystore.key', 'ssl.truststore.password'].exists(k, k in self.properties)",
    fieldPath = ".properties",
    message =
        "sasl.jaas.config and the passwords and keys of ssl.* are secrets: put them into a Secret, one key each, and"
            + " name it in propertiesSecretRef")
public record Source(
    @Required
        @Size(min = 1, max = 2048)
        @JsonPropertyDescription("Kafka brokers to ask first: host:port, separated by commas.")
        String bootstrapServers,
    @Size(min = 1, max = 64)
        @JsonPropertyDescription(
            "Topics to read. All partitions are read, also those that are added later. A topic that is taken away is read no"
                + " more; named again, it is read on from where it was left.")
        List<@Size(min = 1, max = 249) String> topics,
    @Size(min = 1, max = 1024)
        @JsonPropertyDescription(
            "In place of topics: a regular expression (of Java) that the whole name of a topic matches, such as"
                + " orders-.*. Topics that appear later are read from their beginning, within a minute.")
        String topicPattern,
    @JsonPropertyDescription(
            "Reads each value by a schema into the column data, whose fields filter and select can use: data.customer.name ="
                + " 'x'. A value that does not fit is malformed (see onMalformed); a record without value has no data.")
        ValueFormat value,
    @Default(Defaults.STARTING_OFFSETS)
        @JsonPropertyDescription(
            "Where a job begins that has never run: Earliest, at the oldest record Kafka still holds, or Latest, after the"
                + " newest one. Resolved once and written to the ledger before anything is read; a job that ran goes on"
                + " where its ledger ends.")
        StartingOffsets startingOffsets,
    @Default(Defaults.MAX_RATE_PER_PARTITION)
        @Min(1)
        @Max(10_000_000)
        @JsonPropertyDescription(
            "Most records read per second from each partition. Keeps a batch small enough to finish while the job catches"
                + " up.")
        Long maxRatePerPartition,
    @Size(max = 64)
        @JsonPropertyDescription(
            "Further properties of the Kafka consumer, such as security.protocol. Not for secrets: see"
                + " propertiesSecretRef.")
        Map<String, @Size(max = 4096) String> properties,
    @JsonPropertyDescription(
            "Secret with further properties of the Kafka consumer, one key each (for example sasl.jaas.config). The Secret"
                + " that Strimzi makes for a KafkaUser works as it is.")
        SecretRef propertiesSecretRef,
    @JsonPropertyDescription(
            "Secret whose key ca.crt holds the certificates (PEM) of the authorities that sign the brokers' own.")
        SecretRef caSecretRef,
    @Default(Defaults.ON_OFFSETS_EXPIRED)
        @JsonPropertyDescription(
            "What to do when Kafka has already deleted records that were not read: Stop and say so, or SkipToEarliest: go"
                + " on at the oldest record left, and note what was skipped in the table tidemark_skipped beside the ledger"
                + " (without a database in _tidemark/ledger.json below checkpoint.path).")
        OnOffsetsExpired onOffsetsExpired,
    @Default(Defaults.ON_MALFORMED)
        @JsonPropertyDescription(
            "What to do with a record on which filter or select fails: Stop and say at which record, Drop it and count it"
                + " (metric tidemark_left_out_records), or DeadLetter: put it into the table tidemark_dead_letters beside"
                + " the ledger, once, and go on.")
        OnMalformed onMalformed) {
  public Source {
    startingOffsets = or(startingOffsets, StartingOffsets.Earliest);
    maxRatePerPartition = or(maxRatePerPartition, Long.valueOf(Defaults.MAX_RATE_PER_PARTITION));
    onOffsetsExpired = or(onOffsetsExpired, OnOffsetsExpired.Stop);
    onMalformed = or(onMalformed, OnMalformed.Stop);
  }

  /** Where a job begins that has no ledger. */
  public enum StartingOffsets {
    Earliest,
    Latest
  }

  /** What happens when records were deleted before they were read. */
  public enum OnOffsetsExpired {
    Stop,
    SkipToEarliest
  }

  /** What happens to a record on which an expression fails. */
  public enum OnMalformed {
    Stop,
    Drop,
    DeadLetter
  }
}
