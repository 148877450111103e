package dev.tidemark.job.settings;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.secrets.SecretFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads and validates the settings file of an attempt; what it returns is complete and of this
 * contract.
 */
public final class SettingsFile {
  // An unknown field is refused: a definition that is only half understood would give wrong results
  // in silence.
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .build();

  private SettingsFile() {}

  /**
   * The settings of this pod, where the operator mounts them in driver, check and executor pods.
   */
  public static Settings read() {
    return read(SecretFiles.etc().resolve("settings").resolve("settings.json"));
  }

  /**
   * Reads one file.
   *
   * @throws Trouble {@code InvalidSettings}
   */
  public static Settings read(Path file) {
    try {
      return parse(Files.readString(file, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new Trouble(
          Reason.InvalidSettings, "the settings file " + file + " cannot be read: " + e, e);
    }
  }

  /**
   * Parses and validates.
   *
   * @throws Trouble {@code InvalidSettings}
   */
  public static Settings parse(String json) {
    Settings settings;
    try {
      settings = JSON.readValue(json, Settings.class);
    } catch (JsonProcessingException e) {
      throw new Trouble(
          Reason.InvalidSettings,
          "the settings file is not what this image reads: " + e.getOriginalMessage(),
          e);
    }
    SettingsRules.check(settings);
    return settings;
  }
}
