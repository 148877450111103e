/** Places and objects of S3 stores. */
package dev.tidemark.backup.store;
