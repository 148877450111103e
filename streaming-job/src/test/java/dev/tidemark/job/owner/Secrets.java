package dev.tidemark.job.owner;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The mounted Secret of a store. */
public final class Secrets {
  private Secrets() {}

  public static void mount(Path etc, String user, String password) {
    try {
      Path store = Files.createDirectories(etc.resolve("secrets/store"));
      Files.writeString(store.resolve("AWS_ACCESS_KEY_ID"), user + "\n");
      Files.writeString(store.resolve("AWS_SECRET_ACCESS_KEY"), password + "\n");
      System.setProperty("tidemark.etc", etc.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
