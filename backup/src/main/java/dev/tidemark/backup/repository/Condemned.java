package dev.tidemark.backup.repository;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.tidemark.backup.Json;
import dev.tidemark.backup.store.ObjectStore.Listed;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * A list of objects that no backup named when it was written. It is never changed, so its time is
 * that at which it could be seen.
 *
 * @param file its own key
 * @param at by the store's clock
 * @param objects relative to the repository
 */
record Condemned(String file, Instant at, List<String> objects) {

  static List<Condemned> all(Repository repository) {
    List<Condemned> all = new ArrayList<>();
    for (Listed file : repository.store().list(repository.key(Repository.CONDEMNED))) {
      repository
          .store()
          .read(file.key())
          .ifPresent(
              content ->
                  all.add(new Condemned(file.key(), file.modified(), parsed(content.bytes()))));
    }
    return all;
  }

  /** All objects on any list. */
  static Set<String> keys(Repository repository) {
    Set<String> keys = new HashSet<>();
    all(repository).forEach(list -> keys.addAll(list.objects()));
    return keys;
  }

  static void write(Repository repository, Collection<String> objects) {
    String file = repository.key(Repository.CONDEMNED + UUID.randomUUID() + ".json");
    repository.store().create(file, Json.bytes(objects));
  }

  private static List<String> parsed(byte[] bytes) {
    try {
      return Json.MAPPER.readValue(bytes, new TypeReference<>() {});
    } catch (IOException e) {
      return List.of(); // condemns nothing
    }
  }
}
