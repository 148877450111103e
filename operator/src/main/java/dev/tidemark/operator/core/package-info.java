/**
 * The brain: one observation in, one decision out. Pure and total: no clock, no client, no logger,
 * no memory between two calls; whatever is needed is in the {@link
 * dev.tidemark.operator.core.Observation}. Nothing here knows Kubernetes.
 */
package dev.tidemark.operator.core;
