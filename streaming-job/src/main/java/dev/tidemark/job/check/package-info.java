/**
 * The check run: judges a definition before any job is changed, without an epoch and without
 * writing anything.
 */
package dev.tidemark.job.check;
