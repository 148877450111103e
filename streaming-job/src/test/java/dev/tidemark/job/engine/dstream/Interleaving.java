package dev.tidemark.job.engine.dstream;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.config.Property;

/**
 * Brings about, each time, what otherwise depends on how threads happen to be scheduled: that a
 * batch is generated after Spark has collected the ranges for a checkpoint and before it writes the
 * offsets into it. Spark holds no lock between the two, and says in its log that it has arrived
 * there.
 */
final class Interleaving extends AbstractAppender implements AutoCloseable {
  private static final String GRAPH = "org.apache.spark.streaming.DStreamGraph";

  private volatile boolean happened;

  Interleaving() {
    super("interleaving", null, null, true, Property.EMPTY_ARRAY);
    start();
    LoggerContext context = LoggerContext.getContext(false);
    LoggerConfig logger = new LoggerConfig(GRAPH, Level.INFO, false);
    logger.addAppender(this, Level.INFO, null);
    context.getConfiguration().addLogger(GRAPH, logger);
    context.updateLoggers();
  }

  @Override
  public void append(LogEvent event) {
    if (event.getMessage().getFormattedMessage().startsWith("Updated checkpoint data")) {
      long end = GrowingTopic.end();
      await().atMost(Duration.ofMinutes(1)).until(() -> GrowingTopic.end() > end);
      happened = true;
    }
  }

  boolean hasHappened() {
    return happened;
  }

  @Override
  public void close() {
    LoggerContext context = (LoggerContext) LogManager.getContext(false);
    context.getConfiguration().removeLogger(GRAPH);
    context.updateLoggers();
    stop();
  }
}
