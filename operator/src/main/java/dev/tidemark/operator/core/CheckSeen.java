package dev.tidemark.operator.core;

/**
 * A check pod as it was seen.
 *
 * @param generation of the spec it was started for
 * @param ending its end; null while it is under way
 * @param problem why it does not get going; null when it does
 */
public record CheckSeen(
    String pod,
    String podUid,
    boolean ours,
    long generation,
    boolean leaving,
    Ending ending,
    Problem problem) {}
