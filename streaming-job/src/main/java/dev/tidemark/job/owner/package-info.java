/**
 * Who owns a checkpoint path. The owner record is changed by conditional writes only, so of two
 * runs that want the same epoch one wins and the other starts over from what it then reads.
 */
package dev.tidemark.job.owner;
