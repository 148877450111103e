package dev.tidemark.backup.repository;

import dev.tidemark.backup.repository.Manifest.Mode;
import dev.tidemark.backup.repository.Manifest.Stored;
import dev.tidemark.backup.rows.Rows;
import dev.tidemark.backup.store.ObjectStore;
import dev.tidemark.backup.store.ObjectStore.Listed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Deletes objects that no backup names, in two passes: the first puts them on a list, a later one
 * deletes what is on it and still unnamed.
 *
 * <p>Why that is safe beside backups being made, however many sweeps run at once. A backup marks
 * its beginning, then reads the lists, then looks which objects are there; it builds upon none that
 * is on a list. One of which nothing has changed looks in place of the objects whether the backup
 * that names them is still there. It removes its mark when its manifest is there. A sweep that
 * deletes reads the marks first and the manifests after them. Take an object on a list, and a
 * backup that builds upon it. The backup has not seen the list, so its mark is older than the list
 * (or so little younger that the list was still being written). If the sweep has seen the mark, it
 * does not use that list. If not, then either the mark was gone, and the manifest, which the sweep
 * reads after that, names the object; or it was not there yet, and then the backup read the lists
 * later than the sweep did.
 */
public final class Sweeper {
  /** A mark that is older belongs to a backup that has died: none takes so long and counts. */
  public static final Duration LONGEST_RUN = Duration.ofHours(24);

  /** How long writing a list may take, from the time the store gives it to when it can be read. */
  static final Duration LONGEST_WRITE = Duration.ofMinutes(10);

  private final Repository repository;

  /** Of that repository. */
  public Sweeper(Repository repository) {
    this.repository = repository;
  }

  /**
   * What was done, or would be.
   *
   * @param deleted objects, and their size
   * @param condemned objects that a later sweep deletes
   */
  public record Swept(long deleted, long deletedBytes, long condemned) {}

  /**
   * One pass.
   *
   * @param grace for how long an object stays on a list before it is deleted
   * @param dry true: nothing is changed
   * @throws dev.tidemark.backup.BackupException {@code BackupDamaged} when a manifest cannot be
   *     read: what it names is unknown, so nothing is deleted
   */
  public Swept sweep(Duration grace, boolean dry) {
    ObjectStore store = repository.store();
    List<Condemned> lists = Condemned.all(repository);
    List<Listed> marks = store.list(repository.key(Repository.RUNNING));
    Instant now = dry ? newest(marks, lists) : storesTime();
    List<Listed> objects = new Rows<>(Listed.ROWS);
    objects.addAll(store.list(repository.key(Repository.OBJECTS)));
    objects.addAll(store.list(repository.key(Repository.FULL)));
    Named named = named();

    long[] deleted = new long[2];
    Set<String> listed = new HashSet<>();
    for (Condemned list : lists) {
      if (!isDue(list, marks, now, grace)) {
        listed.addAll(list.objects());
        continue;
      }
      Set<String> condemned = new HashSet<>(list.objects());
      List<String> keys = new ArrayList<>();
      for (Listed object : objects) {
        String relative = relative(object);
        if (condemned.contains(relative) && !named.includes(relative)) {
          keys.add(object.key());
          deleted[0]++;
          deleted[1] += object.bytes();
          listed.add(relative);
        }
      }
      if (!dry) {
        store.delete(keys);
        store.delete(List.of(list.file()));
      }
    }
    List<String> fresh =
        objects.stream()
            .map(this::relative)
            .filter(key -> !named.includes(key) && !listed.contains(key))
            .toList();
    if (!dry) {
      if (!fresh.isEmpty()) {
        Condemned.write(repository, fresh);
      }
      store.delete(marks.stream().filter(mark -> isDead(mark, now)).map(Listed::key).toList());
    }
    return new Swept(deleted[0], deleted[1], fresh.size());
  }

  private static boolean isDue(Condemned list, List<Listed> marks, Instant now, Duration grace) {
    boolean rested = !list.at().plus(grace).isAfter(now);
    return rested
        && marks.stream()
            .filter(mark -> !isDead(mark, now))
            .allMatch(mark -> mark.modified().isAfter(list.at().plus(LONGEST_WRITE)));
  }

  private static boolean isDead(Listed mark, Instant now) {
    // twice: the backup itself counts from a little before its mark, by another clock
    return mark.modified().plus(LONGEST_RUN).plus(LONGEST_RUN).isBefore(now);
  }

  /** The time by the clock that all other times here come from. */
  private Instant storesTime() {
    String key = repository.key("clock/" + UUID.randomUUID());
    ObjectStore store = repository.store();
    store.create(key, new byte[0]);
    try {
      return store.list(key).get(0).modified();
    } finally {
      store.delete(List.of(key));
    }
  }

  private static Instant newest(List<Listed> marks, List<Condemned> lists) {
    Instant newest = Instant.now();
    for (Listed mark : marks) {
      newest = mark.modified().isAfter(newest) ? mark.modified() : newest;
    }
    for (Condemned list : lists) {
      newest = list.at().isAfter(newest) ? list.at() : newest;
    }
    return newest;
  }

  /** What the manifests name: single objects, and whole folders of full backups. */
  private record Named(Set<String> objects, Set<String> folders) {
    boolean includes(String relative) {
      if (objects.contains(relative)) {
        return true;
      }
      int end = relative.indexOf('/', Repository.FULL.length());
      return relative.startsWith(Repository.FULL)
          && end > 0
          && folders.contains(relative.substring(0, end + 1));
    }
  }

  private Named named() {
    Named named = new Named(new HashSet<>(), new HashSet<>());
    for (String name : repository.names()) {
      repository
          .find(name) // may have been forgotten since it was listed
          .ifPresent(
              manifest -> {
                manifest.objects().stream().map(Stored::key).forEach(named.objects()::add);
                if (manifest.mode() == Mode.Full) {
                  named.folders().add(Repository.FULL + name + "/");
                }
              });
    }
    return named;
  }

  private String relative(Listed object) {
    return object.key().substring(repository.key("").length());
  }
}
