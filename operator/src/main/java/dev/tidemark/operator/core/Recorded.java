package dev.tidemark.operator.core;

/**
 * The settings of an attempt, kept in the cluster: from these an older revision can be started
 * again.
 *
 * @param follows how the driver before ended, where that was known when they were written; else
 *     null
 */
public record Recorded(int attempt, Fingerprint made, DriverPlan.Previous follows) {}
