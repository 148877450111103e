package dev.tidemark.backup.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.backup.rows.Lookup;
import dev.tidemark.backup.store.ObjectStore.Listed;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A checkpoint that is whole: a closed set of objects, and what they mean. As long as each of them
 * is still what was listed, copies of them are a checkpoint too.
 *
 * @param owner the owner record as it was
 * @param state the manifest of the state checkpoint
 * @param revision whose state it is
 * @param directory where the data lies, relative to the checkpoint path; null for empty state
 * @param objects the data
 * @param references what the objects of a program speak of, by keys before which they begin: until
 *     they are copied the program must not have let go of any
 */
public record Snapshot(
    ObjectNode owner,
    ObjectNode state,
    int revision,
    String directory,
    List<Listed> objects,
    Set<String> references) {
  /** Of a state checkpoint, which the job never writes again. */
  Snapshot(
      ObjectNode owner, ObjectNode state, int revision, String directory, List<Listed> objects) {
    this(owner, state, revision, directory, objects, Set.of());
  }

  /** The same, with its data. */
  Snapshot of(List<Listed> data) {
    return new Snapshot(owner, state, revision, directory, data);
  }

  /** Where an object lies, relative to the directory. */
  public String path(Listed object) {
    String below = directory + "/";
    return object.key().substring(object.key().lastIndexOf(below) + below.length());
  }

  /** True for what a program of a user's own has left, with {@code state} a mere note of ours. */
  public boolean ofProgram() {
    return isOfProgram(state);
  }

  /** True for the note that stands where others have the manifest of a state checkpoint. */
  public static boolean isOfProgram(JsonNode state) {
    return state.path("program").asBoolean();
  }

  /** The job's durable identity. */
  public String jobId() {
    return owner.get("jobId").asText();
  }

  /** Which part the manifest names that is not there, or of another size; empty: it is whole. */
  Optional<String> damage() {
    Lookup<Listed> found = new Lookup<>(objects, this::path);
    for (JsonNode part : state.path("parts")) {
      String name = part.path("name").asText();
      Optional<Listed> object = found.find(name);
      if (object.isEmpty()) {
        return Optional.of(name + " is missing");
      }
      long bytes = object.get().bytes();
      if (bytes != part.path("bytes").asLong()) {
        return Optional.of(
            name + " has " + bytes + " bytes instead of " + part.path("bytes").asLong());
      }
    }
    return Optional.empty();
  }

  /** True when a part is not what it was when the job had written it. */
  boolean rewritten() {
    Lookup<Listed> found = new Lookup<>(objects, Listed::name);
    for (JsonNode part : state.path("parts")) {
      String etag = part.path("etag").asText(null);
      if (etag != null
          && found
              .find(part.path("name").asText())
              .filter(object -> bare(etag).equals(bare(object.etag())))
              .isEmpty()) {
        return true;
      }
    }
    return false;
  }

  /** Some clients leave the quotes around it. */
  private static String bare(String etag) {
    return etag.replace("\"", "");
  }

  /** Size of the data in bytes. */
  public long bytes() {
    return objects.stream().mapToLong(Listed::bytes).sum();
  }
}
