/** Putting a backup back. */
package dev.tidemark.backup.restore;
