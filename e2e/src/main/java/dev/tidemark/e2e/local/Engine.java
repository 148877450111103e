package dev.tidemark.e2e.local;

/** Which of Spark's streaming engines decides on batches; named as in a definition. */
enum Engine {
  DStream,
  StructuredStreaming
}
