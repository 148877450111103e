package dev.tidemark.backup.store;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Waiting for many transfers. */
public final class Transferred {
  private Transferred() {}

  /** What all of them have become, in their order; fails as the first that has failed. */
  public static <T> List<T> all(List<CompletableFuture<T>> transfers) {
    try {
      CompletableFuture.allOf(transfers.toArray(CompletableFuture[]::new)).join();
      return transfers.stream().map(CompletableFuture::join).toList();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }
}
