package dev.tidemark.job.engine;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * A run that knows from where it goes on.
 *
 * @param engine made once the run can be asked
 * @param checkpoints what Spark writes of it; empty where state checkpoints are all there is
 */
public record Begun(
    Output output, Supplier<BatchEngine> engine, Optional<RunCheckpoints> checkpoints) {}
