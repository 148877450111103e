package dev.tidemark.backup.repository;

/** Is told how far something has come; from several threads. */
public interface Progress {
  /** Nobody is interested. */
  Progress NONE =
      new Progress() {
        @Override
        public void expect(long objects, long bytes) {}

        @Override
        public void done(long bytes) {}
      };

  /** So much is to be copied; said again when it has to begin again. */
  void expect(long objects, long bytes);

  /** One more object is copied. */
  void done(long bytes);
}
