/** Lists so long that memory is no place for them. */
package dev.tidemark.backup.rows;
