/**
 * Credentials, which are mounted files, read anew at each use so that a rotated Secret needs no
 * restart.
 */
package dev.tidemark.job.secrets;
