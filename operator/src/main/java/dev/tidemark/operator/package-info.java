/** Starts the operator: reads the configuration, wires the rooms together, ends cleanly. */
package dev.tidemark.operator;
