package dev.tidemark.backup.cli;

import dev.tidemark.backup.checkpoint.Checkpoint;
import dev.tidemark.backup.repository.Repository;
import dev.tidemark.backup.store.Location;
import dev.tidemark.backup.store.S3Store;
import dev.tidemark.backup.store.StoreOptions;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** Options that say how the two stores are reached. */
final class Stores {
  @Option(names = "--endpoint", description = "S3 endpoint, as http://minio:9000; AWS without it")
  private String endpoint;

  @Option(names = "--region", description = "region (default: us-east-1)")
  private String region;

  @Option(names = "--path-style", description = "bucket in the path instead of the host name")
  private boolean pathStyle;

  @Option(
      names = "--credentials",
      description =
          "directory with the files AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; without it the"
              + " environment, web identity, profile or instance")
  private Path credentials;

  @Option(names = "--authority", description = "PEM file of authorities to trust")
  private Path authority;

  @Option(
      names = "--backup-endpoint",
      description =
          "the same for the store of the backups, where it is another one or reached otherwise;"
              + " likewise:")
  private String backupEndpoint;

  @Option(names = "--backup-region")
  private String backupRegion;

  @Option(names = "--backup-path-style")
  private boolean backupPathStyle;

  @Option(names = "--backup-credentials")
  private Path backupCredentials;

  @Option(names = "--backup-authority")
  private Path backupAuthority;

  Checkpoint checkpoint(String path) {
    Location location = Location.parse(path);
    return new Checkpoint(new S3Store(ofCheckpoint(), location.bucket()), location);
  }

  Repository repository(String path) {
    Location location = Location.parse(path);
    return new Repository(new S3Store(ofBackups(), location.bucket()), location);
  }

  private StoreOptions ofCheckpoint() {
    return new StoreOptions(endpoint, region, pathStyle, credentials, authority);
  }

  private StoreOptions ofBackups() {
    boolean other =
        Stream.of(backupEndpoint, backupRegion, backupCredentials, backupAuthority)
            .anyMatch(Objects::nonNull);
    if (!other) {
      return ofCheckpoint();
    }
    return new StoreOptions(
        backupEndpoint, backupRegion, backupPathStyle, backupCredentials, backupAuthority);
  }
}
