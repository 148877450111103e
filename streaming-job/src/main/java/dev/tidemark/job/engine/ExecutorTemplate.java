package dev.tidemark.job.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The operator's pod template of executors, with the driver pod as their owner. Spark would add the
 * owner by itself if it knew the driver pod's name, but then first waits a whole second for that
 * pod to become ready, which it only becomes once batches can commit.
 */
final class ExecutorTemplate {
  private ExecutorTemplate() {}

  /** Writes the completed template to a scratch file and returns it. */
  static Path owned(Path template, String podName, String podUid) {
    try {
      JsonNode read = new YAMLMapper().readTree(Files.newInputStream(template));
      if (!(read instanceof ObjectNode pod)) {
        throw new IOException(template + " holds no pod");
      }
      pod.withObject("/metadata")
          .withArray("/ownerReferences")
          .addObject()
          .put("apiVersion", "v1")
          .put("kind", "Pod")
          .put("name", podName)
          .put("uid", podUid)
          .put("controller", true);
      Path file = Files.createTempFile("executor", ".yaml");
      Files.write(file, new JsonMapper().writeValueAsBytes(pod)); // JSON is YAML, too
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
