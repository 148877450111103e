/** Runs a program of the user's own, which knows {@link dev.tidemark.program.Tidemark} alone. */
package dev.tidemark.job.engine.program;
