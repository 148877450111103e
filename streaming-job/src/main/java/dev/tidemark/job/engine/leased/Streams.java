package dev.tidemark.job.engine.leased;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.streaming.StreamingContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Option;

/** Whatever streams a program has going. */
@SuppressWarnings("deprecation") // DStreams are deprecated as such, and are what this is for
final class Streams {
  private static final Logger LOG = LoggerFactory.getLogger(Streams.class);

  /** Within the time that Kubernetes gives a pod. */
  private static final long LONGEST_PARTING_SECONDS = 20;

  private Streams() {}

  /** True while one runs. */
  static boolean active() {
    return ContextEvents.active() != null || queries().length > 0;
  }

  private static StreamingQuery[] queries() {
    Option<SparkSession> session = SparkSession.getDefaultSession();
    return session.isEmpty() ? new StreamingQuery[0] : session.get().streams().active();
  }

  /** A streaming context finishes its batch; a query leaves it, and does it again next time. */
  static void stop() throws InterruptedException {
    FutureTask<Void> parting =
        new FutureTask<>(
            () -> {
              for (StreamingQuery query : queries()) {
                query.stop();
              }
              StreamingContext context = ContextEvents.active();
              if (context != null) {
                context.stop(false, true);
              }
              return null;
            });
    Thread thread = new Thread(parting, "parting");
    thread.setDaemon(true);
    thread.start();
    try {
      parting.get(LONGEST_PARTING_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("the program's streams did not stop by themselves: {}", e.toString());
    }
  }
}
