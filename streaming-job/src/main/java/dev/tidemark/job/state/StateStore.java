package dev.tidemark.job.state;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.EtagSource;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The manifests of one revision: {@code <revision>/state/e0000000005-0001700000000000.json}. They
 * lie beside the epochs, not in them, so that one listing finds the newest however many runs have
 * failed since. Methods throw {@link IOException} when the store does not answer.
 */
public final class StateStore {
  private static final Pattern NAME = Pattern.compile("e(\\d{10})-(\\d{16})\\.json");

  /** No backup takes longer and counts. */
  private static final Duration LONGEST_HELD = Duration.ofHours(24);

  private static final Pattern PART = Pattern.compile("part-\\d{5,}");
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  private final Path revision;
  private final FileSystem store;

  /** The store of the revision that lies at {@code revisionPath}. */
  public StateStore(String revisionPath, Configuration hadoop) throws IOException {
    this.revision = new Path(revisionPath);
    this.store = revision.getFileSystem(hadoop);
  }

  /** A manifest's place, known from its name alone. */
  public record Entry(long epoch, long batch, String path) {}

  /** All manifests, newest first. */
  public List<Entry> newestFirst() throws IOException {
    List<Entry> entries = new ArrayList<>();
    for (FileStatus file : Listing.of(store, new Path(revision, "state"))) {
      Matcher name = NAME.matcher(file.getPath().getName());
      if (file.isFile() && name.matches()) {
        entries.add(
            new Entry(
                Long.parseLong(name.group(1)),
                Long.parseLong(name.group(2)),
                file.getPath().toString()));
      }
    }
    entries.sort(Comparator.comparingLong(Entry::epoch).thenComparingLong(Entry::batch).reversed());
    return entries;
  }

  /** True when anything of this revision was ever written. */
  public boolean isUsed() throws IOException {
    return Listing.of(store, revision).length > 0;
  }

  /**
   * Reads a manifest.
   *
   * @return empty when it is gone, or is no manifest of this format
   */
  public Optional<StateManifest> read(Entry entry) throws IOException {
    try (InputStream in = store.open(new Path(entry.path()))) {
      byte[] json = in.readAllBytes();
      try {
        StateManifest read = JSON.readValue(json, StateManifest.class);
        boolean whole =
            read.contract() == StateManifest.CONTRACT
                && read.offsets() != null
                && read.parts() != null
                && read.definition() != null;
        return whole ? Optional.of(read) : Optional.empty();
      } catch (com.fasterxml.jackson.core.JacksonException e) {
        return Optional.empty();
      }
    } catch (FileNotFoundException e) {
      return Optional.empty();
    }
  }

  /** Writes a manifest; its data must be complete. */
  public void write(StateManifest manifest) throws IOException {
    String name =
        String.format(Locale.ROOT, "e%010d-%016d.json", manifest.epoch(), manifest.batch());
    try (OutputStream out = store.create(new Path(new Path(revision, "state"), name), true)) {
      out.write(JSON.writeValueAsBytes(manifest));
    }
  }

  /** The parts in a directory of data, in order. */
  public List<StateManifest.Part> parts(String directory) throws IOException {
    List<StateManifest.Part> parts = new ArrayList<>();
    for (FileStatus file : Listing.of(store, new Path(revision, directory))) {
      String name = file.getPath().getName();
      if (PART.matcher(name).matches()) {
        parts.add(new StateManifest.Part(name, file.getLen(), etag(file)));
      }
    }
    parts.sort(Comparator.comparing(StateManifest.Part::name));
    return parts;
  }

  private static String etag(FileStatus file) {
    return file instanceof EtagSource source ? source.getEtag() : null;
  }

  /** What is wrong with the data of a manifest, as a sentence; empty when all parts are there. */
  public Optional<String> damage(StateManifest manifest) throws IOException {
    if (manifest.directory() == null) {
      return Optional.empty();
    }
    Map<String, Long> found = new TreeMap<>();
    parts(manifest.directory()).forEach(part -> found.put(part.name(), part.bytes()));
    for (StateManifest.Part part : manifest.parts()) {
      Long bytes = found.remove(part.name());
      if (bytes == null) {
        return Optional.of(part.name() + " is missing in " + manifest.directory());
      }
      if (bytes != part.bytes()) {
        return Optional.of(
            part.name()
                + " in "
                + manifest.directory()
                + " has "
                + bytes
                + " bytes instead of "
                + part.bytes());
      }
    }
    return found.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "there are parts too many in " + manifest.directory() + ": " + found.keySet());
  }

  /** The full path of a directory of data. */
  public String absolute(String directory) {
    return new Path(revision, directory).toString();
  }

  /** A full path of data, as a manifest has it. */
  public String relative(String absolute) {
    String base = revision.toUri().getPath();
    String path = new Path(absolute).toUri().getPath();
    if (!path.startsWith(base + "/")) {
      throw new IllegalStateException(absolute + " does not lie in " + revision);
    }
    return path.substring(base.length() + 1);
  }

  /**
   * Keeps the newest usable manifests, and those that a backup is being made of, and drops the
   * others, with the epochs that hold nothing that is kept. To be called by the run that owns
   * {@code epoch} after it has written a manifest.
   *
   * @param kept how many usable ones stay
   * @param spared nothing of an epoch below this one goes: a restore has replaced it, and it is
   *     kept
   */
  public void prune(long epoch, int kept, long spared) throws IOException {
    List<String> directories = new ArrayList<>();
    Set<String> held = held();
    int usable = 0;
    for (Entry entry : newestFirst()) {
      Optional<StateManifest> manifest = entry.epoch() > epoch ? Optional.empty() : read(entry);
      if (entry.epoch() > epoch) {
        return; // a later run has begun; what stays is its business
      }
      if (entry.epoch() < spared) {
        break; // and so is everything after it
      }
      boolean keep = usable < kept && manifest.isPresent() && damage(manifest.get()).isEmpty();
      boolean copied = manifest.isPresent() && held.contains(new Path(entry.path()).getName());
      if (!keep && !copied) {
        store.delete(new Path(entry.path()), false);
      } else {
        usable += keep ? 1 : 0;
        if (manifest.get().directory() != null) {
          directories.add(manifest.get().directory());
        }
      }
    }
    for (FileStatus child : Listing.of(store, revision)) {
      String name = child.getPath().getName();
      long of = name.matches("e\\d{10}") ? Long.parseLong(name.substring(1)) : epoch;
      boolean older = of < epoch && of >= spared;
      if (older && directories.stream().noneMatch(d -> d.startsWith(name + "/"))) {
        store.delete(child.getPath(), true);
      }
    }
  }

  /** Manifests that backups are being made of; a mark that is too old is one of a run that died. */
  private Set<String> held() throws IOException {
    long oldest = System.currentTimeMillis() - LONGEST_HELD.toMillis();
    Set<String> names = new HashSet<>();
    for (FileStatus mark : Listing.of(store, new Path(revision, "held"))) {
      if (mark.getModificationTime() > oldest) {
        names.add(mark.getPath().getName().split("~", 2)[0]);
      } else if (mark.isFile()) {
        store.delete(mark.getPath(), false);
      }
    }
    return names;
  }
}
