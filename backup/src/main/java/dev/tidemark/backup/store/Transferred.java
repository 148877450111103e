package dev.tidemark.backup.store;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Waiting for transfers; one that failed fails as it did, and not wrapped up. */
public final class Transferred {
  private Transferred() {}

  /** What all of them have become, in their order; fails as the first that has failed. */
  public static <T> List<T> all(List<CompletableFuture<T>> transfers) {
    one(CompletableFuture.allOf(transfers.toArray(CompletableFuture[]::new)));
    return transfers.stream().map(CompletableFuture::join).toList();
  }

  /** What it has become. */
  public static <T> T one(CompletableFuture<T> transfer) {
    try {
      return transfer.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }
}
