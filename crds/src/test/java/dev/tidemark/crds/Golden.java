package dev.tidemark.crds;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A committed file that must equal what the code makes; {@code -Dgolden.update=true} writes it
 * anew.
 */
final class Golden {
  private Golden() {}

  static void check(String path, String generated) throws IOException {
    Path file = Path.of("..", path);
    if (Boolean.getBoolean("golden.update")) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, generated);
    }
    assertThat(file).as(path + " is committed").exists();
    assertThat(Files.readString(file))
        .as(path + " is not what the Java types say: run `make crds` and look at the difference")
        .isEqualTo(generated);
  }
}
