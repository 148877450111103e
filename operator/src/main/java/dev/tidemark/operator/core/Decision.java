package dev.tidemark.operator.core;

import java.time.Instant;
import java.util.List;

/**
 * What follows from an observation.
 *
 * @param lookFirst the drivers must be read from the API server before this job can be decided
 * @param wake when to look again at the latest; null leaves it to events
 */
public record Decision(
    List<Step> steps,
    Memory memory,
    List<Verdict> conditions,
    Phase phase,
    Situation situation,
    boolean lookFirst,
    Instant wake) {}
