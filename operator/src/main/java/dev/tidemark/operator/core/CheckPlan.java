package dev.tidemark.operator.core;

/**
 * A check run to start.
 *
 * @param recordedLast the newest attempt whose spec is recorded; 0 when there is none
 */
public record CheckPlan(String pod, Fingerprint of, int recordedLast) {}
