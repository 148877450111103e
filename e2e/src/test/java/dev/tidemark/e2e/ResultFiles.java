package dev.tidemark.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import software.amazon.awssdk.core.sync.ResponseTransformer;

/**
 * What a job wrote to {@code s3a://results/<scene>}, as two readers see it: one that goes by the
 * commits, and one that takes whatever has the right name. Both look into the files with DuckDB.
 */
final class ResultFiles {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Scene scene;
  private final boolean parquet;
  private final Path local;

  ResultFiles(Scene scene, boolean parquet) {
    this.scene = scene;
    this.parquet = parquet;
    try {
      this.local = Files.createTempDirectory("results-");
      local.toFile().deleteOnExit();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The sink that writes them. */
  Map<String, Object> sink() {
    return Map.of("s3", Map.of("path", path(), "format", parquet ? "Parquet" : "JsonLines"));
  }

  String path() {
    return "s3a://" + Scene.RESULTS + "/" + scene.id();
  }

  /** Names of files that count. */
  Set<String> committed() {
    Set<String> names = new TreeSet<>();
    for (String key : scene.objects(Scene.RESULTS, "_commits/")) {
      JsonNode commit = json(key);
      commit.get("files").forEach(file -> names.add(file.get("name").asText()));
    }
    return names;
  }

  /** Names of files that look like results. */
  Set<String> present() {
    return scene.objects(Scene.RESULTS, "").stream()
        .map(key -> key.substring(scene.id().length() + 1))
        .filter(name -> name.endsWith(parquet ? ".parquet" : ".jsonl"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Up to which offset each partition was written, by the commits alone. */
  Map<Integer, Long> until() {
    Map<Integer, Long> until = new TreeMap<>();
    for (String key : scene.objects(Scene.RESULTS, "_commits/")) {
      for (JsonNode range : json(key).get("offsets")) {
        until.merge(range.get("partition").asInt(), range.get("until").asLong(), Math::max);
      }
    }
    return until;
  }

  private JsonNode json(String key) {
    try {
      return JSON.readTree(
          scene.infra().s3().getObjectAsBytes(r -> r.bucket(Scene.RESULTS).key(key)).asByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The rows of files, columns as text. */
  List<List<String>> rows(Set<String> names, String... columns) {
    if (names.isEmpty()) {
      return List.of();
    }
    String files =
        names.stream().map(name -> "'" + fetched(name) + "'").collect(Collectors.joining(", "));
    String from =
        parquet
            ? "read_parquet([" + files + "])"
            : "read_json([" + files + "], format = 'newline_delimited')";
    String select =
        Arrays.stream(columns)
            .map(column -> column + "::VARCHAR")
            .collect(Collectors.joining(", "));
    return ask("SELECT " + select + " FROM " + from);
  }

  private static List<List<String>> ask(String sql) {
    List<List<String>> rows = new ArrayList<>();
    try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duck.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      while (result.next()) {
        List<String> row = new ArrayList<>();
        for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
          row.add(result.getString(i));
        }
        rows.add(row);
      }
    } catch (SQLException e) {
      throw new IllegalStateException("DuckDB cannot read the results: " + sql, e);
    }
    return rows;
  }

  /** A file is written once, so it is fetched once. */
  private Path fetched(String name) {
    Path file = local.resolve(name);
    if (!Files.exists(file)) {
      scene
          .infra()
          .s3()
          .getObject(
              r -> r.bucket(Scene.RESULTS).key(scene.id() + "/" + name),
              ResponseTransformer.toFile(file));
    }
    return file;
  }
}
