/**
 * The hands and eyes: reads pods, settings and Leases into an observation, carries decisions out,
 * writes status and events. Objects are built by pure functions; everything that talks to the API
 * server can be repeated.
 */
package dev.tidemark.operator.kubernetes;
