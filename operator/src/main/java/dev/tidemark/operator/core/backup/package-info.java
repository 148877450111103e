/**
 * What is decided about backups: when one is due, what becomes of its run, what is said. Pure, as
 * all of the core.
 */
package dev.tidemark.operator.core.backup;
