package dev.tidemark.operator.core;

import java.time.Instant;
import java.util.List;

/**
 * What follows from an observation.
 *
 * @param lookFirst the drivers must be read from the API server before this job can be decided
 * @param wake when to look again at the latest; null leaves it to events
 * @param workingUntil until when the driver counts as working if no later commit is heard of; null
 *     unless it works
 */
public record Decision(
    List<Step> steps,
    Memory memory,
    List<Verdict> conditions,
    Phase phase,
    Situation situation,
    boolean lookFirst,
    Instant wake,
    Instant workingUntil) {}
