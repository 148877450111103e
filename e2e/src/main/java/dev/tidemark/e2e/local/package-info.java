/**
 * The real driver with its real supervisor, Kafka, MinIO and PostgreSQL, all as processes of this
 * machine, without a cluster: for the soak, and for benchmarks side by side with plain Spark.
 */
package dev.tidemark.e2e.local;
