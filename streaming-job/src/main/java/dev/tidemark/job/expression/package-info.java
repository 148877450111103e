/**
 * A job's filter and select: Spark SQL over the columns of a Kafka record, compiled without a
 * SparkSession (which would cost seconds at every start). Expressions must be deterministic,
 * because a range is replayed after a failure, and must not reach outside the record.
 */
package dev.tidemark.job.expression;
