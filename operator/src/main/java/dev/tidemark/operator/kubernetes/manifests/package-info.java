/**
 * The objects that carry a decision out, built by pure functions: what a job's pods, settings,
 * accounts and runs look like, and by which labels they are known again.
 */
package dev.tidemark.operator.kubernetes.manifests;
