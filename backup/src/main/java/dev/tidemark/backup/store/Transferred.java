package dev.tidemark.backup.store;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Function;

/** Waiting for transfers; one that failed fails as it did, and not wrapped up. */
public final class Transferred {
  /** Many more than are under way at once, so that one that takes long holds up nobody. */
  private static final int MOST = 1_000;

  private Transferred() {}

  /**
   * Makes a transfer of each, a bounded number at a time, and hands on what they have become in the
   * order of {@code all}. Fails as the first that has failed, once none is under way any more.
   */
  public static <T, R> void each(
      Iterable<T> all, Function<T, CompletableFuture<R>> transfer, Consumer<R> receiver) {
    Queue<CompletableFuture<R>> underWay = new ArrayDeque<>();
    try {
      for (T one : all) {
        if (underWay.size() == MOST) {
          receiver.accept(one(underWay.remove()));
        }
        underWay.add(transfer.apply(one));
      }
      while (!underWay.isEmpty()) {
        receiver.accept(one(underWay.remove()));
      }
    } finally {
      underWay.forEach(Transferred::end);
    }
  }

  private static void end(CompletableFuture<?> transfer) {
    var unused = transfer.handle((done, failure) -> done).join();
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
