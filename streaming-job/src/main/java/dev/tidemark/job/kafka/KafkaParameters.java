package dev.tidemark.job.kafka;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.secrets.SecretFiles;
import dev.tidemark.job.settings.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * How Kafka is reached, from today's settings and today's secret files: read anew for every client,
 * so that rotated credentials and moved brokers need no new checkpoint. Nothing of it is ever
 * serialised.
 */
public final class KafkaParameters {
  /** Below the longest that brokers allow unless told otherwise, which is 15 minutes. */
  private static final int LONGEST_TRANSACTION_MILLIS = 300_000;

  private KafkaParameters() {}

  /**
   * For a consumer of raw records that sees only committed ones and never chooses an offset by
   * itself.
   */
  public static Map<String, Object> consumer(Settings settings) {
    Map<String, Object> p = common(settings);
    p.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    p.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    p.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    p.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    p.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    p.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    p.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 5000);
    return p;
  }

  /** For a producer of raw records that sends all of a transaction or nothing. */
  public static Map<String, Object> producer(Settings settings, String transactionalId) {
    Map<String, Object> p = common(settings);
    p.keySet().removeIf(key -> !ProducerConfig.configNames().contains(key));
    p.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    p.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    p.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
    p.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, LONGEST_TRANSACTION_MILLIS);
    p.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 15_000);
    p.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 30_000);
    p.put(ProducerConfig.LINGER_MS_CONFIG, 5);
    p.put(ProducerConfig.BATCH_SIZE_CONFIG, 65_536);
    p.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Integer.MAX_VALUE); // the topic's limit counts
    return p;
  }

  /** For an admin client. */
  public static Map<String, Object> admin(Settings settings) {
    Map<String, Object> p = common(settings);
    p.keySet()
        .removeIf(
            key -> !org.apache.kafka.clients.admin.AdminClientConfig.configNames().contains(key));
    return p;
  }

  private static Map<String, Object> common(Settings settings) {
    Map<String, Object> p = new HashMap<>();
    // A broker that is away must be noticed within a batch or two, not after Kafka's default
    // minute.
    p.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
    p.put(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, 15_000);
    p.put(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, 500);
    p.put(CommonClientConfigs.METADATA_MAX_AGE_CONFIG, 60_000);
    p.put("auto.include.jmx.reporter", false);
    Map<String, String> user = settings.runtime().source().properties();
    if (user != null) {
      p.putAll(user);
    }
    secrets(p, SecretFiles.etc().resolve("secrets"));
    p.put(
        CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG,
        settings.runtime().source().bootstrapServers());
    return p;
  }

  /**
   * A file named like a Kafka property is that property. The other names are those of a Strimzi
   * KafkaUser secret, which therefore works unchanged.
   */
  static void secrets(Map<String, Object> p, Path secrets) {
    Path ca = secrets.resolve("kafka-ca").resolve("ca.crt");
    if (Files.isRegularFile(ca)) {
      trust(p, ca);
    }
    Path dir = secrets.resolve("kafka");
    if (!Files.isDirectory(dir)) {
      return;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(dir)) {
      for (Path file : files) {
        String name = String.valueOf(file.getFileName());
        if (ConsumerConfig.configNames().contains(name) && Files.isRegularFile(file)) {
          p.put(name, Files.readString(file, StandardCharsets.UTF_8).strip());
        }
      }
      Path store = dir.resolve("user.p12");
      Path password = dir.resolve("user.password");
      if (Files.isRegularFile(store) && Files.isRegularFile(password)) {
        p.put(SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG, store.toString());
        p.put(SslConfigs.SSL_KEYSTORE_TYPE_CONFIG, "PKCS12");
        p.put(
            SslConfigs.SSL_KEYSTORE_PASSWORD_CONFIG,
            Files.readString(password, StandardCharsets.UTF_8).strip());
      }
      Path inSecret = dir.resolve("ca.crt");
      if (Files.isRegularFile(inSecret)
          && !p.containsKey(SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG)) {
        trust(p, inSecret);
      }
    } catch (IOException e) {
      throw new Trouble(
          Reason.KafkaAccessDenied,
          "the Secret of source.propertiesSecretRef cannot be read: " + e,
          e);
    }
  }

  private static void trust(Map<String, Object> p, Path pem) {
    p.put(SslConfigs.SSL_TRUSTSTORE_TYPE_CONFIG, "PEM");
    p.put(SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG, pem.toString());
  }
}
