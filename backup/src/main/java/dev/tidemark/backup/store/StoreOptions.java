package dev.tidemark.backup.store;

import java.nio.file.Path;

/**
 * How a store is reached.
 *
 * @param endpoint null for AWS itself
 * @param region null: us-east-1, which stores that are not AWS accept
 * @param credentials a directory with the files {@code AWS_ACCESS_KEY_ID}, {@code
 *     AWS_SECRET_ACCESS_KEY} and perhaps {@code AWS_SESSION_TOKEN}; null: the usual chain of
 *     environment, web identity, profile and instance
 * @param authority certificates in PEM to be trusted beside the usual ones; null for none
 */
public record StoreOptions(
    String endpoint, String region, boolean pathStyle, Path credentials, Path authority) {}
