package dev.tidemark.operator.core;

import java.time.Instant;
import java.util.List;

/**
 * What happens to the driver.
 *
 * @param driver the live driver this is about; null when there is none
 * @param reason why the job stands where it stands
 * @param message the same as a sentence
 * @param wake when to look again; null leaves it to events
 */
record Course(
    Situation situation,
    DriverSeen driver,
    Memory memory,
    List<Step> steps,
    String reason,
    String message,
    Instant wake) {}
