/** How Kafka is reached, whatever is wanted of it, and what it means when it is not. */
package dev.tidemark.job.kafka;
