/**
 * Seeded random runs of the real driver, its real supervisor, Kafka, MinIO and PostgreSQL, all as
 * processes of this machine: random topics, definitions and faults, judged by a serial run.
 */
package dev.tidemark.e2e.soak;
