/**
 * What a job with an aggregate must have written, computed serially from the topic in plain Java.
 * Shares no class with the product.
 */
package dev.tidemark.e2e.serial;
