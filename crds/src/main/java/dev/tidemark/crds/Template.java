package dev.tidemark.crds;

/**
 * Stands for a pod template in the schema: an object of any content, judged by the API server as a
 * pod.
 */
record Template() {}
