/** The eyes: from pods, settings, Leases and a status to an observation. */
package dev.tidemark.operator.kubernetes.reading;
