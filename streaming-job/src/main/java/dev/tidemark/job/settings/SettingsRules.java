package dev.tidemark.job.settings;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import java.util.Collection;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** What can be told of settings without asking anybody: completeness, ranges, known words. */
final class SettingsRules {
  private static final int CONTRACT = 1;

  private SettingsRules() {}

  static void check(Settings s) {
    if (s.contract() != CONTRACT) {
      throw invalid(
          "contract is "
              + s.contract()
              + ", this image speaks "
              + CONTRACT
              + "; use an image of the operator's version");
    }
    present("job", s.job());
    present("job.name", s.job().name());
    present("job.namespace", s.job().namespace());
    present("job.uid", s.job().uid());
    present("job.createdAt", s.job().createdAt());
    present("definitionDigest", s.definitionDigest());
    definition(s.definition());
    if (s.sinkBefore() != null && s.sinkBefore().jdbc() != null) {
      present("sinkBefore.jdbc.url", s.sinkBefore().jdbc().url());
      present("sinkBefore.jdbc.table", s.sinkBefore().jdbc().table());
    }
    runtime(s.runtime());
    if (!s.definition().leased()) {
      source(s.runtime().source());
    }
  }

  private static void definition(Settings.Definition d) {
    present("definition", d);
    oneOf("definition.engine", d.engine(), Set.of("DStream", "StructuredStreaming"));
    positive("definition.batchIntervalMillis", d.batchIntervalMillis());
    if (d.application() != null) {
      application(d);
    }
    if (!d.leased()) {
      work(d);
    }
  }

  private static void work(Settings.Definition d) {
    present("definition.source", d.source());
    topics(d.source());
    oneOf(
        "definition.source.startingOffsets",
        d.source().startingOffsets(),
        Set.of("Earliest", "Latest"));
    if (d.source().value() != null) {
      value(d.source().value());
    }
    present("definition.sink", d.sink());
    if (d.aggregate() != null) {
      aggregate(d.aggregate());
    }
    if (d.sink().jdbc() != null) {
      table(d.sink().jdbc(), d.aggregate());
    }
    if (d.sink().kafka() != null) {
      topic(d.sink(), d.source());
    }
    if (d.sink().s3() != null) {
      files(d.sink(), d.aggregate());
    }
  }

  private static void application(Settings.Definition d) {
    present("definition.application.mainClass", d.application().mainClass());
    present("definition.application.args", d.application().args());
    oneOf("definition.application.fencing", d.application().fencing(), Set.of("Ledger", "Lease"));
    if (d.leased()) {
      if (d.source() != null || d.sink() != null) {
        throw invalid(
            "definition.application is fenced by its Lease, so it has source and sink of its own");
      }
      return;
    }
    if (d.filter() != null || d.select() != null || d.aggregate() != null || d.structured()) {
      throw invalid(
          "definition.application does what filter, select and aggregate do elsewhere, with DStreams");
    }
    present("definition.sink", d.sink());
    if (d.sink().kafka() != null || d.sink().s3() != null) {
      throw invalid("definition.application needs sink.jdbc or sink.log");
    }
  }

  private static void files(Settings.Sink sink, Settings.Aggregate aggregate) {
    if (sink.jdbc() != null || sink.kafka() != null) {
      throw invalid("definition.sink has s3 and another one");
    }
    present("definition.sink.s3.path", sink.s3().path());
    oneOf("definition.sink.s3.format", sink.s3().format(), Set.of("JsonLines", "Parquet"));
    if (aggregate != null && aggregate.stateful()) {
      throw invalid(
          "definition.sink.s3 takes rows and results per batch, since what lies in a file is never replaced");
    }
  }

  private static void topic(Settings.Sink sink, Settings.Source source) {
    Settings.Kafka kafka = sink.kafka();
    if (sink.jdbc() != null) {
      throw invalid("definition.sink has both jdbc and kafka");
    }
    present("definition.sink.kafka.topic", kafka.topic());
    present("definition.sink.kafka.key", kafka.key());
    oneOf("definition.sink.kafka.format", kafka.format(), Set.of("Json", "Text"));
    boolean read =
        source.topicPattern() == null
            ? source.topics().contains(kafka.topic())
            : Pattern.matches(source.topicPattern(), kafka.topic());
    if (read) {
      throw invalid(
          "sink.kafka.topic is '%s', which this job reads: it would go on with its own results for ever"
              .formatted(kafka.topic()));
    }
  }

  private static void topics(Settings.Source source) {
    if (source.topicPattern() == null) {
      notEmpty("definition.source.topics", source.topics());
      return;
    }
    if (source.topics() != null) {
      throw invalid("definition.source has both topics and a topicPattern");
    }
    try {
      var unused = Pattern.compile(source.topicPattern());
    } catch (PatternSyntaxException e) {
      throw invalid(
          "source.topicPattern is no regular expression: %s near position %d of '%s'"
              .formatted(e.getDescription(), e.getIndex(), e.getPattern()));
    }
  }

  private static void value(Settings.Value value) {
    oneOf("definition.source.value.format", value.format(), Set.of("Json", "Avro"));
    present("definition.source.value.schema", value.schema());
    oneOf("definition.source.value.framing", value.framing(), Set.of("None", "SchemaRegistry"));
  }

  private static void table(Settings.Jdbc jdbc, Settings.Aggregate aggregate) {
    present("definition.sink.jdbc.url", jdbc.url());
    present("definition.sink.jdbc.table", jdbc.table());
    oneOf("definition.sink.jdbc.mode", jdbc.mode(), Set.of("Append", "Upsert"));
    if (aggregate == null && jdbc.upsert()) {
      throw invalid(
          "definition.sink.jdbc.mode is Upsert, but without an aggregate there is no key");
    }
    if (aggregate != null && jdbc.upsert() != aggregate.stateful()) {
      throw invalid(
          "definition.sink.jdbc.mode must be Upsert for results that go on, Append for results per"
              + " batch");
    }
  }

  private static void aggregate(Settings.Aggregate a) {
    present("definition.aggregate.groupBy", a.groupBy());
    notEmpty("definition.aggregate.compute", a.compute());
    oneOf("definition.aggregate.results", a.results(), Set.of("Running", "PerBatch"));
    if (a.window() != null) {
      positive("definition.aggregate.window.lengthMillis", a.window().lengthMillis());
      positive("definition.aggregate.window.slideMillis", a.window().slideMillis());
      present("definition.aggregate.window.time", a.window().time());
      if (a.window().slideMillis() > a.window().lengthMillis()) {
        throw invalid("definition.aggregate.window.slideMillis is longer than lengthMillis");
      }
      if (a.window().latenessMillis() < 0 || !a.stateful()) {
        throw invalid(
            "definition.aggregate.window needs a lateness of 0 or more, and results Running");
      }
    }
  }

  private static void source(Settings.SourceRuntime s) {
    present("runtime.source", s);
    present("runtime.source.bootstrapServers", s.bootstrapServers());
    positive("runtime.source.maxRatePerPartition", s.maxRatePerPartition());
    oneOf(
        "runtime.source.onOffsetsExpired", s.onOffsetsExpired(), Set.of("Stop", "SkipToEarliest"));
    oneOf("runtime.source.onMalformed", s.onMalformed(), Set.of("Stop", "Drop", "DeadLetter"));
  }

  private static void runtime(Settings.Runtime r) {
    present("runtime", r);
    present("runtime.checkpoint", r.checkpoint());
    present("runtime.checkpoint.path", r.checkpoint().path());
    oneOf(
        "runtime.checkpoint.onLost",
        r.checkpoint().onLost(),
        Set.of("UseLedger", "Stop", "RestoreBackup", "StartFresh"));
    positive("runtime.checkpoint.stateIntervalMillis", r.checkpoint().stateIntervalMillis());
    present("runtime.upgrade", r.upgrade());
    oneOf("runtime.upgrade.strategy", r.upgrade().strategy(), Set.of("Savepoint", "Fresh"));
    present("runtime.s3", r.s3());
    present("runtime.driver", r.driver());
    present("runtime.executor", r.executor());
    if (r.executor().instances() < 0) {
      throw invalid(
          "runtime.executor.instances is " + r.executor().instances() + ", must be 0 or more");
    }
  }

  private static void present(String name, Object value) {
    if (value == null || value.equals("")) {
      throw invalid(name + " is missing");
    }
  }

  private static void notEmpty(String name, Collection<?> values) {
    if (values == null || values.isEmpty()) {
      throw invalid(name + " is empty");
    }
  }

  private static void positive(String name, long value) {
    if (value <= 0) {
      throw invalid(name + " is " + value + ", must be positive");
    }
  }

  private static void oneOf(String name, String value, Set<String> known) {
    if (value == null || !known.contains(value)) {
      throw invalid(
          name + " is '" + value + "'; this image knows " + known.stream().sorted().toList());
    }
  }

  private static Trouble invalid(String sentence) {
    return new Trouble(Reason.InvalidSettings, "settings: " + sentence);
  }
}
