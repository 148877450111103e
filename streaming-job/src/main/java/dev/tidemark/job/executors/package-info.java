/**
 * Executors that outlive their driver's JVM: the executor JVM waits for the next driver of the same
 * pod instead of ending, and that driver takes the pods over instead of making new ones. Knows
 * Spark and Kubernetes, nothing of jobs.
 */
package dev.tidemark.job.executors;
