/**
 * What whoever runs the operator looks at: liveness, readiness, metrics. Knows nothing of how jobs
 * are decided.
 */
package dev.tidemark.operator.ops;
