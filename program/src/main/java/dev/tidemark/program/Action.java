package dev.tidemark.program;

/** Something that is done once per batch, in the driver. */
@FunctionalInterface
public interface Action {
  /** Does it. Whatever is thrown fails the batch, which is run again. */
  void run() throws Exception;
}
