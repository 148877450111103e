package dev.tidemark.backup.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.backup.BackupException;
import dev.tidemark.backup.BackupException.Reason;
import dev.tidemark.backup.Json;
import dev.tidemark.backup.rows.Rows;
import dev.tidemark.backup.store.Location;
import dev.tidemark.backup.store.ObjectStore;
import dev.tidemark.backup.store.ObjectStore.Changed;
import dev.tidemark.backup.store.ObjectStore.Content;
import dev.tidemark.backup.store.ObjectStore.Listed;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a program without Tidemark's library has checkpointed, under {@code r000001/p0000000001}:
 * Spark's own files, which it goes on to write and delete. Chosen from them is what a run could
 * begin with that starts now.
 *
 * <ul>
 *   <li>Of a query all up to its last committed batch: the files of a batch are there before its
 *       commit, and never change.
 *   <li>Of a streaming context its newest checkpoint and the data that speaks of. That is complete
 *       before the checkpoint is written, and goes only after one that no longer needs it; so if
 *       the newest checkpoint after the copy still needs all of it, nothing was taken away
 *       meanwhile.
 * </ul>
 */
final class ProgramCheckpoints {
  private static final Pattern DIRECTORY = Pattern.compile("(r(\\d{6,})/p(\\d{10}))/(.+)");
  private static final Pattern CONTEXT = Pattern.compile("((?:.*/)?)checkpoint-(\\d+)(\\.bk)?");
  private static final Pattern LOG =
      Pattern.compile("((?:.*/)?)(offsets|commits)/(\\d+)(?:\\.compact)?");
  private static final Pattern STATE = Pattern.compile("state/.*/(\\d+)(?:_\\d+)?\\.\\w+");

  private static final int TRIES = 10;

  private final ObjectStore store;
  private final Location path;

  ProgramCheckpoints(ObjectStore store, Location path) {
    this.store = store;
    this.path = path;
  }

  /** A program's directory. */
  private record Home(int revision, long epoch, String directory, List<Listed> objects) {
    String prefix() {
      return directory + "/";
    }
  }

  /**
   * The newest; empty when no program has checkpointed anything that counts.
   *
   * @throws BackupException {@code CheckpointMoving} when the program is quicker, again and again
   */
  Optional<Snapshot> newest(ObjectNode owner) {
    return steady(() -> look(owner));
  }

  private <T> T steady(Supplier<T> look) {
    Changed last = null;
    for (int i = 0; i < TRIES; i++) {
      try {
        return look.get();
      } catch (Changed e) {
        last = e;
      }
    }
    throw new BackupException(
        Reason.CheckpointMoving,
        "the program replaced its checkpoint "
            + TRIES
            + " times while it was looked at below "
            + path
            + "; let the backup run nearer to the store, or make the program's batches longer",
        last);
  }

  private Optional<Snapshot> look(ObjectNode owner) {
    Optional<Home> home = home(owner);
    if (home.isEmpty()) {
      return Optional.empty();
    }
    List<Listed> chosen = new Rows<>(Listed.ROWS);
    Set<String> references = new HashSet<>();
    // Contexts first, since Spark soon deletes their files.
    long batch = Math.max(contexts(home.get(), chosen, references), queries(home.get(), chosen));
    if (batch < 0) {
      return Optional.empty();
    }
    ObjectNode note = Json.MAPPER.createObjectNode();
    note.put("program", true)
        .put("epoch", home.get().epoch())
        .put("batch", batch)
        .put("directory", home.get().directory());
    note.putArray("parts");
    note.putArray("offsets");
    return Optional.of(
        new Snapshot(
            owner, note, home.get().revision(), home.get().directory(), chosen, references));
  }

  private Optional<Home> home(ObjectNode owner) {
    long floor = owner.path("floorEpoch").asLong();
    String prefix = path.key("");
    Map<String, Home> homes = new HashMap<>();
    for (Listed object : files(path.key("r"))) {
      Matcher name = DIRECTORY.matcher(object.key().substring(prefix.length()));
      if (name.matches() && Long.parseLong(name.group(3)) >= floor) {
        homes
            .computeIfAbsent(
                name.group(1),
                any ->
                    new Home(
                        Integer.parseInt(name.group(2)),
                        Long.parseLong(name.group(3)),
                        name.group(1),
                        new Rows<>(Listed.ROWS)))
            .objects()
            .add(object);
      }
    }
    return homes.values().stream().max(Comparator.comparingLong(Home::epoch));
  }

  /** Without the empty objects by which Hadoop shows a directory. */
  private List<Listed> files(String prefix) {
    return store.list(prefix).stream()
        .filter(object -> !object.key().endsWith("/"))
        .collect(Rows.collector(Listed.ROWS));
  }

  private String below(Home home, Listed object) {
    return object.key().substring(path.key(home.prefix()).length());
  }

  /** Adds what belongs to queries; returns the highest of their last batches, -1 for none. */
  private long queries(Home home, List<Listed> chosen) {
    Map<String, Long> committed = new TreeMap<>();
    for (Listed object : home.objects()) {
      Matcher log = LOG.matcher(below(home, object));
      if (log.matches()) {
        boolean commit = log.group(2).equals("commits");
        committed.merge(log.group(1), commit ? Long.parseLong(log.group(3)) : -1, Math::max);
      }
    }
    for (Listed object : home.objects()) {
      String name = below(home, object);
      committed.forEach(
          (query, batch) -> {
            if (name.startsWith(query) && isOfQuery(name.substring(query.length()), batch)) {
              chosen.add(object);
            }
          });
    }
    return committed.values().stream().mapToLong(Long::longValue).max().orElse(-1);
  }

  private static boolean isOfQuery(String name, long batch) {
    if (name.substring(name.lastIndexOf('/') + 1).startsWith(".")) {
      return false;
    }
    Matcher log = LOG.matcher(name);
    if (log.matches() && log.group(1).isEmpty()) {
      return Long.parseLong(log.group(3)) <= batch;
    }
    Matcher state = STATE.matcher(name);
    if (state.matches()) {
      return Long.parseLong(state.group(1)) <= batch + 1;
    }
    return name.equals("metadata") || name.startsWith("state/") || name.startsWith("sources/");
  }

  /** Adds what belongs to streaming contexts; returns the newest time, -1 for none. */
  private long contexts(Home home, List<Listed> chosen, Set<String> references) {
    long newest = -1;
    Map<String, Listed> contexts = newestContexts(home);
    chosen.addAll(contexts.values());
    for (Map.Entry<String, Listed> context : contexts.entrySet()) {
      Listed file = context.getValue();
      Set<String> needs = needs(home, context.getKey(), file);
      references.addAll(needs);
      for (String data : needs) {
        // Listed now: when the directory was, the checkpoint was not yet known, nor its data whole.
        List<Listed> parts =
            files(data).stream().filter(part -> !part.name().startsWith(".")).toList();
        if (parts.isEmpty()) {
          throw new Changed(data, null);
        }
        chosen.addAll(parts);
      }
      newest = Math.max(newest, time(file));
    }
    return newest;
  }

  private Map<String, Listed> newestContexts(Home home) {
    Map<String, Listed> newest = new TreeMap<>();
    for (Listed object : home.objects()) {
      Matcher context = CONTEXT.matcher(below(home, object));
      if (context.matches() && object.bytes() > 0) {
        newest.merge(context.group(1), object, (one, other) -> later(one, other) ? one : other);
      }
    }
    return newest;
  }

  /** Of one time the file itself, not the one it has replaced. */
  private static boolean later(Listed one, Listed other) {
    return time(one) == time(other) ? !one.name().endsWith(".bk") : time(one) > time(other);
  }

  private static long time(Listed context) {
    Matcher name = CONTEXT.matcher(context.name());
    return name.matches() ? Long.parseLong(name.group(2)) : -1;
  }

  /** The keys before which the data begins that a checkpoint of a streaming context speaks of. */
  private Set<String> needs(Home home, String directory, Listed file) {
    Content content =
        store
            .read(file.key())
            .filter(c -> c.etag().equals(file.etag()))
            .orElseThrow(() -> new Changed(file.key(), null));
    Set<String> needs = new HashSet<>();
    for (String data : ContextFile.data(file.key(), content.bytes())) {
      needs.add(path.key(home.prefix() + directory + data + "/"));
    }
    return needs;
  }

  /**
   * Requires, after everything was copied, that the program has let go of nothing of it meanwhile.
   *
   * @throws Changed when it has
   */
  void requireKept(Snapshot snapshot) {
    if (snapshot.references().isEmpty()) {
      return;
    }
    Set<String> now = steady(() -> named(snapshot.owner()));
    for (String reference : snapshot.references()) {
      if (!now.contains(reference)) {
        throw new Changed(reference, null);
      }
    }
  }

  /** What the newest checkpoints of streaming contexts speak of. */
  private Set<String> named(ObjectNode owner) {
    Set<String> named = new HashSet<>();
    home(owner)
        .ifPresent(
            home ->
                newestContexts(home)
                    .forEach((directory, file) -> named.addAll(needs(home, directory, file))));
    return named;
  }
}
