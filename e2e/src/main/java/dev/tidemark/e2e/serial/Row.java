package dev.tidemark.e2e.serial;

import java.util.List;

/**
 * A row before it is aggregated.
 *
 * @param group texts of the values it is grouped by, any of them null
 * @param value may be null
 * @param time event time in milliseconds, may be null
 */
public record Row(List<String> group, Long value, Long time) {}
