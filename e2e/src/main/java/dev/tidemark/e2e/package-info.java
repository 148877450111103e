/**
 * The harness of the scenarios, the demo and the benchmark. It stands outside the product: it knows
 * Kubernetes objects, Kafka, PostgreSQL and S3, and shares no class with {@code operator} or {@code
 * streaming-job}, so that what it judges cannot be wrong in the same way.
 */
package dev.tidemark.e2e;
