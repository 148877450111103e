package dev.tidemark.operator.core;

/** Why a pod does not get going, as Kubernetes tells it. */
public record Problem(Reason reason, String message) {}
