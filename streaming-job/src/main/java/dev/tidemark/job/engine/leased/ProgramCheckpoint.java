package dev.tidemark.job.engine.leased;

import dev.tidemark.job.state.Listing;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * What a program has left in its directory: checkpoints of streaming contexts ({@code
 * checkpoint-<time>}) and of queries ({@code offsets/}, {@code commits/}), there or a few
 * directories deeper.
 *
 * @param newest when Spark last noted how far it was; empty when it never did
 * @param faults why Spark would begin anew or go back without a word, each with its directory
 * @param streams directories of streaming contexts
 */
record ProgramCheckpoint(Optional<Instant> newest, List<String> faults, List<Path> streams) {
  private static final Pattern CONTEXT = Pattern.compile("checkpoint-(\\d+)(?:\\.bk)?");
  private static final Pattern BATCH = Pattern.compile("(\\d+)(?:\\.compact)?");
  private static final int DEEPEST = 3;

  /** True when Spark has something to go on from. */
  boolean present() {
    return newest.isPresent();
  }

  /** Looks; nothing is changed. */
  static ProgramCheckpoint of(FileSystem store, Path directory) throws IOException {
    Look look = new Look(store);
    look.at(directory, 0);
    return new ProgramCheckpoint(
        look.times.stream().max(Instant::compareTo), look.faults, look.streams);
  }

  private static final class Look {
    private final FileSystem store;
    private final List<Instant> times = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();
    private final List<Path> streams = new ArrayList<>();

    Look(FileSystem store) {
      this.store = store;
    }

    void at(Path directory, int depth) throws IOException {
      FileStatus[] all = Listing.of(store, directory);
      List<FileStatus> contexts = named(all, CONTEXT);
      if (!contexts.isEmpty()) {
        context(directory, contexts);
      } else if (has(all, "offsets") || has(all, "commits") || has(all, "state")) {
        query(directory, has(all, "state"));
      } else if (depth < DEEPEST) {
        for (FileStatus inside : all) {
          if (inside.isDirectory()) {
            at(inside.getPath(), depth + 1);
          }
        }
      }
    }

    private void context(Path directory, List<FileStatus> files) {
      streams.add(directory);
      files.stream().map(Look::time).forEach(times::add);
      if (files.stream().allMatch(file -> file.getLen() == 0)) {
        faults.add("every checkpoint in " + directory + " is empty");
      }
    }

    private void query(Path directory, boolean state) throws IOException {
      List<FileStatus> offsets = named(Listing.of(store, new Path(directory, "offsets")), BATCH);
      List<FileStatus> commits = named(Listing.of(store, new Path(directory, "commits")), BATCH);
      offsets.stream().map(Look::time).forEach(times::add);
      OptionalLong begun = newest(offsets);
      OptionalLong done = newest(commits);
      if (begun.isEmpty() && (done.isPresent() || state)) {
        faults.add(
            directory + "/offsets holds nothing, so the query would read everything once more");
      } else if (done.isPresent() && done.getAsLong() > begun.getAsLong()) {
        faults.add(
            "%s/offsets ends at batch %d, and batch %d was committed: the query would go back"
                .formatted(directory, begun.getAsLong(), done.getAsLong()));
      }
      offsets.stream()
          .filter(file -> file.getLen() == 0)
          .forEach(file -> faults.add(file.getPath() + " is empty"));
    }

    private static OptionalLong newest(List<FileStatus> files) {
      return files.stream()
          .map(file -> BATCH.matcher(file.getPath().getName()))
          .filter(Matcher::matches)
          .mapToLong(name -> Long.parseLong(name.group(1)))
          .max();
    }

    private static List<FileStatus> named(FileStatus[] all, Pattern name) {
      return Arrays.stream(all)
          .filter(file -> file.isFile() && name.matcher(file.getPath().getName()).matches())
          .toList();
    }

    private static boolean has(FileStatus[] all, String directory) {
      return Arrays.stream(all)
          .anyMatch(inside -> inside.isDirectory() && inside.getPath().getName().equals(directory));
    }

    private static Instant time(FileStatus file) {
      return Instant.ofEpochMilli(file.getModificationTime());
    }
  }
}
