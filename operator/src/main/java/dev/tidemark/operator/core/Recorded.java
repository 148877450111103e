package dev.tidemark.operator.core;

/**
 * The settings of an attempt, kept in the cluster: from these an older revision can be started
 * again.
 */
public record Recorded(int attempt, Fingerprint made) {}
