package dev.tidemark.operator.core;

/**
 * A restore to carry out.
 *
 * @param requestId it is carried out once for each
 * @param rescue true when nobody asked for it: the checkpoint is lost, and checkpoint.onLost is
 *     RestoreBackup
 */
public record RestorePlan(String requestId, boolean rescue) {}
