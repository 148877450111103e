/** Backups: how they lie in their location, and how they are made, looked at and pruned. */
package dev.tidemark.backup.repository;
