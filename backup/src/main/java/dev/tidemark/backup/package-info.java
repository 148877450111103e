/** Backup and restore of checkpoints, without Spark and without Kubernetes. */
package dev.tidemark.backup;
