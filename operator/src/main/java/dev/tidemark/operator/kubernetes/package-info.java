/**
 * The hands: one pass after the other looks at a job, lets the core decide, carries the decision
 * out and tells. Everything that talks to the API server can be repeated.
 */
package dev.tidemark.operator.kubernetes;
