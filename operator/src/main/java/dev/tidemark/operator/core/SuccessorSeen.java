package dev.tidemark.operator.core;

/**
 * A driver pod that was made to follow another, and was not given its turn yet.
 *
 * @param recorded its settings are there
 * @param ready it has loaded and rehearsed what a start needs, and waits for its turn
 */
public record SuccessorSeen(DriverSeen pod, boolean recorded, boolean ready) {}
