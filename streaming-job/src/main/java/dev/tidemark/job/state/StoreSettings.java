package dev.tidemark.job.state;

import dev.tidemark.job.settings.Settings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;

/** How Hadoop's S3 file system reaches the job's store. */
public final class StoreSettings {
  private StoreSettings() {}

  /** Keys and values, without a secret. */
  public static Map<String, String> of(Settings.S3 s3) {
    Map<String, String> conf = new HashMap<>();
    String p = "fs.s3a.";
    conf.put(p + "aws.credentials.provider", "dev.tidemark.job.secrets.FileCredentials");
    conf.put(p + "s3.client.factory.impl", TrustingClients.class.getName());
    if (s3.endpoint() != null) {
      conf.put(p + "endpoint", s3.endpoint());
      conf.put(p + "connection.ssl.enabled", Boolean.toString(!s3.endpoint().startsWith("http:")));
    }
    if (s3.region() != null) {
      conf.put(p + "endpoint.region", s3.region());
    }
    conf.put(p + "path.style.access", Boolean.toString(s3.pathStyleAccess()));
    // Minutes of Hadoop's own retries would look like a hang: the driver notices and waits by
    // itself.
    conf.put(p + "attempts.maximum", "3");
    conf.put(p + "retry.limit", "3");
    conf.put(p + "retry.interval", "200ms");
    conf.put(p + "connection.timeout", "15s");
    conf.put(p + "connection.establish.timeout", "15s");
    conf.put(p + "connection.request.timeout", "15s");
    conf.put(p + "connection.maximum", "16");
    conf.put(p + "threads.max", "8");
    conf.put(p + "bucket.probe", "0");
    conf.put(p + "fast.upload.buffer", "bytebuffer");
    conf.put(p + "directory.marker.retention", "keep");
    conf.put(p + "multipart.purge", "false");
    conf.put(p + "audit.enabled", "false");
    conf.put(p + "performance.flags", "*"); // one writer per prefix: no looking before each write
    // a checkpoint is one small file, read once from its beginning to its end
    conf.put(p + "input.stream.type", "classic");
    conf.put(p + "experimental.input.fadvise", "whole-file");
    return conf;
  }

  /** The same without what is only right for the checkpoints that Tidemark writes itself. */
  public static Map<String, String> ofProgram(Settings.S3 s3) {
    Map<String, String> conf = of(s3);
    conf.keySet()
        .removeAll(
            List.of(
                "fs.s3a.performance.flags",
                "fs.s3a.input.stream.type",
                "fs.s3a.experimental.input.fadvise",
                "fs.s3a.connection.maximum",
                "fs.s3a.threads.max"));
    return conf;
  }

  /** The same as a configuration of its own, for reading without Spark. */
  public static Configuration configuration(Settings.S3 s3) {
    Configuration configuration = new Configuration();
    of(s3).forEach(configuration::set);
    return configuration;
  }
}
