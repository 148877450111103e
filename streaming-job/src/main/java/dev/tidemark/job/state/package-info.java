/**
 * What is known of state checkpoints on the store. Spark writes the data of a state checkpoint as a
 * directory of parts; what makes it usable later is the manifest written here when the data is
 * complete: how many parts of which size, up to which offsets the topic is counted in it, and what
 * definition counted. No manifest, no checkpoint; a part too few or too short is seen, which Spark
 * itself would accept in silence.
 */
package dev.tidemark.job.state;
