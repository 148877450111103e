/** The command. */
package dev.tidemark.backup.cli;
