package dev.tidemark.job.check;

import dev.tidemark.job.expression.Aggregation;
import dev.tidemark.job.expression.CompiledPipeline;
import dev.tidemark.job.expression.Pipeline;
import dev.tidemark.job.expression.Selection;
import dev.tidemark.job.ledger.Ledger;
import dev.tidemark.job.ledger.Ledgers;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.owner.OwnerRecord;
import dev.tidemark.job.owner.S3Ownership;
import dev.tidemark.job.settings.MainMethod;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.sink.files.FilesCheck;
import dev.tidemark.job.sink.postgres.SinkCheck;
import dev.tidemark.job.sink.topic.TopicCheck;
import dev.tidemark.job.sink.topic.TopicLines;
import dev.tidemark.job.source.KafkaCluster;
import dev.tidemark.job.state.CheckpointPaths;
import dev.tidemark.job.state.StateFit;
import dev.tidemark.job.state.StateManifest;
import dev.tidemark.job.state.StateStore;
import dev.tidemark.job.state.StoreSettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Judges a definition. Its parts ask different systems, so they run side by side. */
public final class CheckRun {

  private static final Logger LOG = LoggerFactory.getLogger(CheckRun.class);
  private static final long PATIENCE_SECONDS = 40;

  private static final Set<Reason> SOURCE =
      Set.of(Reason.TopicNotFound, Reason.KafkaUnavailable, Reason.KafkaAccessDenied);

  private CheckRun() {}

  private record Part(String name, Reason whenSilent, Runnable work) {}

  /** The verdict; never throws for what a definition or a dependency can cause. */
  public static Verdict run(Settings settings) {
    if (settings.definition().leased()) {
      return verdict(settings, troubles(ofProgram(settings)));
    }
    List<Part> parts =
        List.of(
            new Part(
                "expressions and sink", Reason.SinkUnavailable, () -> expressionsAndSink(settings)),
            new Part("source", Reason.KafkaUnavailable, () -> source(settings)),
            new Part("checkpoint", Reason.StoreUnavailable, () -> checkpoint(settings)));
    List<Trouble> troubles = troubles(parts);
    // Needs the store and the database, which have just answered if only the source is in trouble.
    if (troubles.stream().allMatch(trouble -> SOURCE.contains(trouble.reason()))) {
      Part ledger = new Part("ledger", Reason.SinkUnavailable, () -> ledger(settings));
      Part state = new Part("state", Reason.StoreUnavailable, () -> state(settings));
      troubles.addAll(troubles(List.of(ledger, state)));
    }
    return verdict(settings, troubles);
  }

  /** Source and sink of such a program nobody knows but itself. */
  private static List<Part> ofProgram(Settings settings) {
    return List.of(
        new Part(
            "program",
            Reason.StartFailed,
            () -> MainMethod.of(settings.definition().application())),
        new Part("checkpoint", Reason.StoreUnavailable, () -> checkpoint(settings)));
  }

  /** A job that wrote before must find its ledger again: it would not start without. */
  private static void ledger(Settings settings) {
    try (S3Ownership ownership = new S3Ownership(settings)) {
      Optional<OwnerRecord> record = ownership.read();
      if (!record.map(OwnerRecord::ledgerOpened).orElse(false)) {
        return;
      }
      try (Ledger ledger = Ledgers.of(settings)) {
        boolean present =
            ledger.read(record.get().jobId()).filter(state -> !state.until().isEmpty()).isPresent();
        ownership.requireLedger(present, ledger.shown());
      } catch (Trouble e) {
        // The sink itself has just answered.
        boolean before = settings.sinkBefore() != null && e.reason().kind() == Reason.Kind.WAIT;
        throw before ? new Trouble(Reason.LedgerUnreachable, e.getMessage(), e) : e;
      }
    }
  }

  private static void expressionsAndSink(Settings settings) {
    Settings.Definition of = settings.definition();
    if (of.application() != null) {
      ApplicationCheck.run(of);
    } else if (of.aggregate() == null) {
      CompiledPipeline pipeline = Pipeline.check(Selection.of(of));
      sink(settings, pipeline.schema(), List.of());
    } else {
      Aggregation aggregation = Aggregation.check(Selection.of(of), of.aggregate());
      sink(settings, aggregation.schema(), aggregation.keys());
    }
  }

  /**
   * The sink, for rows or for results.
   *
   * @param keys by which a result is known; empty for rows
   */
  private static void sink(Settings settings, StructType schema, List<String> keys) {
    Settings.Sink sink = settings.definition().sink();
    if (sink.jdbc() != null) {
      boolean rows = settings.definition().aggregate() == null;
      if (rows) {
        SinkCheck.rows(sink.jdbc(), schema);
      } else {
        SinkCheck.results(sink.jdbc(), schema, keys);
      }
      if ("DeadLetter".equals(settings.runtime().source().onMalformed())) {
        SinkCheck.deadLetters(sink.jdbc());
      }
    } else if (sink.kafka() != null) {
      var unused =
          settings.definition().aggregate() == null
              ? TopicLines.rows(sink.kafka(), schema)
              : TopicLines.results(sink.kafka(), schema, keys);
      TopicCheck.run(settings);
    } else if (sink.s3() != null) {
      FilesCheck.run(settings, schema);
    }
  }

  /** A changed definition must be able to go on with the state there is. */
  private static void state(Settings settings) {
    try (S3Ownership ownership = new S3Ownership(settings)) {
      Optional<OwnerRecord> record = ownership.read();
      boolean changed =
          record.isPresent()
              && record.get().stateRevision() > 0
              && !record.get().definitionDigest().equals(settings.definitionDigest())
              && settings.runtime().upgrade().strategy().equals("Savepoint");
      if (!changed) {
        return;
      }
      StateStore store =
          new StateStore(
              CheckpointPaths.revision(settings, record.get().stateRevision()),
              StoreSettings.configuration(settings.runtime().s3()));
      for (StateStore.Entry entry : store.newestFirst()) {
        Optional<StateManifest> newest = store.read(entry);
        if (newest.isPresent()) {
          StateFit.fault(newest.get().definition(), settings.definition())
              .ifPresent(
                  why -> {
                    throw new Trouble(Reason.StateDoesNotFit, why);
                  });
          return;
        }
      }
    } catch (IOException e) {
      throw new Trouble(
          Reason.StoreUnavailable,
          "the state checkpoints under "
              + settings.runtime().checkpoint().path()
              + " cannot be read: "
              + e.getMessage(),
          e);
    }
  }

  private static void source(Settings settings) {
    try (KafkaCluster cluster = new KafkaCluster(settings)) {
      cluster.look();
    }
  }

  private static void checkpoint(Settings settings) {
    try (S3Ownership ownership = new S3Ownership(settings)) {
      if (ownership.check(settings).isEmpty()) {
        ownership.requireConditionalWrites();
      }
    } catch (Trouble e) {
      // A check run takes nothing, so it cannot come too late.
      if (e.reason() != Reason.Superseded) {
        throw e;
      }
    }
  }

  private static List<Trouble> troubles(List<Part> parts) {
    ExecutorService pool =
        Executors.newFixedThreadPool(
            parts.size(),
            work -> {
              Thread thread = new Thread(work, "check");
              thread.setDaemon(true);
              return thread;
            });
    try {
      List<Future<Optional<Trouble>>> running = new ArrayList<>();
      for (Part part : parts) {
        running.add(pool.submit(() -> trouble(part)));
      }
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
      List<Trouble> troubles = new ArrayList<>();
      for (int i = 0; i < parts.size(); i++) {
        await(running.get(i), parts.get(i), deadline).ifPresent(troubles::add);
      }
      return troubles;
    } finally {
      pool.shutdownNow();
    }
  }

  private static Optional<Trouble> trouble(Part part) {
    long start = System.nanoTime();
    try {
      part.work().run();
      LOG.info("{}: fine after {} ms", part.name(), (System.nanoTime() - start) / 1_000_000);
      return Optional.empty();
    } catch (Trouble e) {
      LOG.info("{}: {}: {}", part.name(), e.reason(), e.getMessage(), e);
      return Optional.of(e);
    }
  }

  private static Optional<Trouble> await(
      Future<Optional<Trouble>> running, Part part, long deadline) {
    try {
      return running.get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return Optional.of(
          new Trouble(
              part.whenSilent(), "the check of the " + part.name() + " got no answer in time", e));
    } catch (ExecutionException e) {
      LOG.error("{}", part.name(), e.getCause());
      return Optional.of(
          new Trouble(
              Reason.StartFailed,
              "the check of the " + part.name() + " failed: " + e.getCause(),
              e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of(new Trouble(part.whenSilent(), "the check was interrupted", e));
    }
  }

  /** What a person must change comes before what may pass by itself; all of it is said at once. */
  private static Verdict verdict(Settings settings, List<Trouble> troubles) {
    List<Trouble> ordered = new ArrayList<>(troubles);
    ordered.sort(Comparator.comparing(trouble -> trouble.reason().kind() != Reason.Kind.STOP));
    if (!ordered.isEmpty()) {
      String sentence =
          ordered.stream().map(Trouble::getMessage).collect(Collectors.joining(". Also: "));
      return new Verdict(ordered.get(0).reason(), sentence);
    }
    if (settings.definition().leased()) {
      return new Verdict(Reason.Accepted, "application and checkpoint path fit together");
    }
    return new Verdict(
        Reason.Accepted,
        settings.definition().source().shown()
            + (settings.definition().application() == null
                ? ", filter, select, "
                : ", application, ")
            + shown(settings.definition().sink())
            + "and checkpoint path fit together");
  }

  private static String shown(Settings.Sink sink) {
    if (sink.jdbc() != null) {
      return "table " + sink.jdbc().table() + " ";
    }
    if (sink.s3() != null) {
      return "files in " + sink.s3().path() + " ";
    }
    return sink.kafka() == null ? "" : "topic " + sink.kafka().topic() + " ";
  }
}
