/**
 * The custom resources of Tidemark as Java values: what a user writes ({@link
 * dev.tidemark.crds.StreamingJobSpec}) and what Tidemark reports ({@link
 * dev.tidemark.crds.StreamingJobStatus}). The CRD YAML of the chart is generated from these types;
 * every default stands both in the schema and in the compact constructor beside it, so a value
 * built in Java equals one that went through an API server.
 */
package dev.tidemark.crds;
