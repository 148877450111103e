package dev.tidemark.operator.core;

import dev.tidemark.operator.core.backup.RunSeen;

/** The run of a restore. */
public record RestoreSeen(String requestId, RunSeen run) {}
