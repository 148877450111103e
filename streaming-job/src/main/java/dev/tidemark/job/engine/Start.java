package dev.tidemark.job.engine;

import dev.tidemark.job.progress.Progress;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * What a run has when it looks for where to go on from.
 *
 * @param outputs makes the parts of its output
 * @param preferLedger true when going on from a checkpoint of Spark's has just failed
 */
public record Start(
    Prepared prepared,
    JavaSparkContext spark,
    Outputs outputs,
    Progress progress,
    Timeline timeline,
    boolean preferLedger) {}
