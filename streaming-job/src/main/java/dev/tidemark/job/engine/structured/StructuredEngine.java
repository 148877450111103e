package dev.tidemark.job.engine.structured;

import dev.tidemark.job.engine.Begun;
import dev.tidemark.job.engine.Preparation;
import dev.tidemark.job.engine.SparkEngine;
import dev.tidemark.job.engine.Start;
import dev.tidemark.job.owner.OwnerRecord;
import dev.tidemark.job.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.VoidFunction2;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Structured Streaming. */
public final class StructuredEngine implements SparkEngine {
  private static final Logger LOG = LoggerFactory.getLogger(StructuredEngine.class);
  private static final long LONGEST_REHEARSAL_SECONDS = 20;

  private final Settings settings;
  private CompletableFuture<Optional<FoundQuery>> looking =
      CompletableFuture.completedFuture(Optional.empty());

  /** For one run. */
  public StructuredEngine(Settings settings) {
    this.settings = settings;
  }

  @Override
  public void look(OwnerRecord before, Executor pool) {
    looking = CompletableFuture.supplyAsync(() -> Queries.newest(settings, before), pool);
  }

  @Override
  public Begun begin(Start start) throws IOException {
    QueryBeginnings beginnings = new QueryBeginnings(start, Preparation.join(looking));
    return settings.definition().stateful() ? beginnings.withState() : beginnings.withoutState();
  }

  /** A query of its own, over a stream of Spark's, with its checkpoint on this pod's disk. */
  @Override
  public void rehearse(JavaSparkContext spark) {
    CountDownLatch batch = new CountDownLatch(1);
    try {
      Path checkpoint = Files.createTempDirectory("rehearsal");
      StreamingQuery query =
          new SparkSession(spark.sc())
              .readStream()
              .format("rate")
              .load()
              .writeStream()
              .option("checkpointLocation", checkpoint.toUri().toString())
              .foreachBatch((VoidFunction2<Dataset<Row>, Long>) (rows, id) -> batch.countDown())
              .start();
      if (!batch.await(LONGEST_REHEARSAL_SECONDS, TimeUnit.SECONDS)) {
        LOG.debug("no batch of the rehearsal in {} s", LONGEST_REHEARSAL_SECONDS);
      }
      query.stop();
    } catch (IOException | TimeoutException e) {
      LOG.debug("the start will say: {}", e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
