package dev.tidemark.operator.core;

/** A check run to start. */
public record CheckPlan(String pod, Fingerprint of) {}
