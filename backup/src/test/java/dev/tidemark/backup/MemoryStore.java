package dev.tidemark.backup;

import dev.tidemark.backup.store.ObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A store in memory for histories that are run by the thousand: strongly consistent as S3 is, with
 * a clock that the test moves. Before each request it asks whether its caller may go on, which is
 * where others are let in between, or the caller dies.
 */
public final class MemoryStore implements ObjectStore {
  private static final class Held {
    private final byte[] bytes;
    private final Instant modified;

    Held(byte[] bytes, Instant modified) {
      this.bytes = bytes;
      this.modified = modified;
    }
  }

  private final TreeMap<String, Held> objects = new TreeMap<>();
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private Runnable before = () -> {};

  /** What happens before each request from now on. */
  public void before(Runnable step) {
    before = step;
  }

  /** Lets time pass. */
  public void pass(Duration time) {
    now = now.plus(time);
  }

  /** The store's time. */
  public Instant now() {
    return now;
  }

  private void step() {
    before.run();
  }

  @Override
  public List<Listed> list(String prefix) {
    step();
    List<Listed> found = new ArrayList<>();
    objects
        .tailMap(prefix)
        .forEach(
            (key, held) -> {
              if (key.startsWith(prefix)) {
                found.add(new Listed(key, held.bytes.length, etag(held), held.modified));
              }
            });
    return found;
  }

  @Override
  public Optional<Content> read(String key) {
    step();
    return Optional.ofNullable(objects.get(key)).map(h -> new Content(h.bytes, etag(h)));
  }

  @Override
  public void put(String key, byte[] bytes) {
    step();
    objects.put(key, new Held(bytes, now));
  }

  @Override
  public String create(String key, byte[] bytes) {
    step();
    if (objects.containsKey(key)) {
      throw new Changed(key, null);
    }
    Held written = new Held(bytes, now);
    objects.put(key, written);
    return etag(written);
  }

  @Override
  public String create(String key, Path file) {
    try {
      return create(key, Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public boolean fetch(String key, Path file) {
    Optional<Content> content = read(key);
    try {
      if (content.isPresent()) {
        Files.write(file, content.get().bytes());
      }
      return content.isPresent();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String replace(String key, byte[] bytes, String etag) {
    step();
    Held held = objects.get(key);
    if (held == null || !etag(held).equals(etag)) {
      throw new Changed(key, null);
    }
    Held written = new Held(bytes, now);
    objects.put(key, written);
    return etag(written);
  }

  @Override
  public void delete(Collection<String> keys) {
    for (String key : keys) {
      step(); // many may be deleted in part
      objects.remove(key);
    }
  }

  @Override
  public CompletableFuture<Copied> copy(ObjectStore from, Listed source, String key) {
    step();
    Held held = ((MemoryStore) from).objects.get(source.key());
    if (held == null || !etag(held).equals(source.etag())) {
      return CompletableFuture.failedFuture(new Changed(source.key(), null));
    }
    objects.put(key, new Held(held.bytes, now));
    return CompletableFuture.completedFuture(new Copied(etag(held), base64(held)));
  }

  @Override
  public CompletableFuture<Sums> stream(Listed object, Consumer<byte[]> receiver) {
    step();
    Held held = objects.get(object.key());
    receiver.accept(held.bytes);
    return CompletableFuture.completedFuture(new Sums(base64(held), etag(held)));
  }

  private static String etag(Held held) {
    return '"' + HexFormat.of().formatHex(sum(held)).substring(0, 32) + '"';
  }

  private static String base64(Held held) {
    return Base64.getEncoder().encodeToString(sum(held));
  }

  private static byte[] sum(Held held) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(held.bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {}
}
