package dev.tidemark.e2e;

import io.fabric8.kubernetes.api.model.Pod;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import org.awaitility.Awaitility;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.Credentials;

/**
 * Kafka, PostgreSQL and MinIO of the cluster, reachable from this machine through tunnels, and
 * their addresses as pods see them.
 */
public final class Infra implements AutoCloseable {
  /** Kafka as pods see it. */
  public static final String KAFKA = "kafka.infra.svc:9092";

  /** MinIO as pods see it. */
  public static final String MINIO = "http://minio.infra.svc:9000";

  /** The bucket of the checkpoints. */
  public static final String BUCKET = "streams";

  private static final Duration ANSWERS = Duration.ofSeconds(60);

  /** The class of SQLSTATE of broken connections. */
  private static final String CONNECTION_LOST = "08";

  private static final int KAFKA_EXTERNAL = 9094;
  private static final int KAFKA_LOCAL = 19094;
  private static final int POSTGRES = 5432;
  private static final int S3 = 9000;

  private final Cluster cluster;
  private final Tunnel kafka;
  private final Tunnel postgres;
  private final Tunnel minio;
  private final S3Client s3;
  private final StaticCredentialsProvider root;

  /** Opens the tunnels. */
  public Infra(Cluster cluster) {
    this.cluster = cluster;
    this.kafka = Tunnel.open(cluster.client(), Cluster.INFRA, "kafka", KAFKA_EXTERNAL, KAFKA_LOCAL);
    this.postgres = Tunnel.open(cluster.client(), Cluster.INFRA, "postgres", POSTGRES);
    this.minio = Tunnel.open(cluster.client(), Cluster.INFRA, "minio", S3);
    this.root =
        StaticCredentialsProvider.create(
            AwsBasicCredentials.create(
                cluster.secret(Cluster.INFRA, "minio", "AWS_ACCESS_KEY_ID"),
                cluster.secret(Cluster.INFRA, "minio", "AWS_SECRET_ACCESS_KEY")));
    this.s3 =
        S3Client.builder()
            .endpointOverride(minio())
            .region(Region.US_EAST_1)
            .forcePathStyle(true)
            .credentialsProvider(root)
            .build();
  }

  private URI minio() {
    return URI.create("http://localhost:" + minio.localPort());
  }

  /** Kafka as this machine sees it. */
  public String kafka() {
    return "localhost:" + kafka.localPort();
  }

  /** The JDBC URL of a database as pods see it. */
  public static String jdbcUrl(String database) {
    return jdbcUrl("postgres.infra.svc:5432", database);
  }

  /** The same by another address of the server, such as that of a line. */
  static String jdbcUrl(String address, String database) {
    return "jdbc:postgresql://%s/%s".formatted(address, database);
  }

  /** A connection from this machine, with the role the jobs use. */
  public Connection connect(String database) throws SQLException {
    return connect(database, "pg");
  }

  private Connection connect(String database, String secret) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", cluster.secret(Cluster.INFRA, secret, "username"));
    properties.setProperty("password", cluster.secret(Cluster.INFRA, secret, "password"));
    properties.setProperty("ApplicationName", "tidemark-e2e");
    properties.setProperty("connectTimeout", "20");
    properties.setProperty("socketTimeout", "60");
    return DriverManager.getConnection(
        "jdbc:postgresql://localhost:%d/%s".formatted(postgres.localPort(), database), properties);
  }

  /** Makes an empty database; one of that name is dropped first. */
  public void createDatabase(String name) {
    dropDatabase(name);
    admin("CREATE DATABASE \"%s\" OWNER \"%s\"".formatted(name, role()));
  }

  /** The role the jobs use. */
  private String role() {
    return cluster.secret(Cluster.INFRA, "pg", "username");
  }

  /** Drops a database with whoever is connected to it. */
  public void dropDatabase(String name) {
    admin("DROP DATABASE IF EXISTS \"" + name + "\" WITH (FORCE)");
  }

  /** Makes a role that may do in that database what the jobs' own role may; returns its name. */
  public String createRole(String database, String password) {
    String role = database + "-role";
    String owner = role();
    admin("CREATE ROLE \"%s\" LOGIN PASSWORD '%s' IN ROLE \"%s\"".formatted(role, password, owner));
    admin("ALTER ROLE \"%s\" SET role TO \"%s\"".formatted(role, owner));
    return role;
  }

  /** Ends every session of a database. */
  public void cutSessions(String database) {
    endSessions("datname", database);
  }

  /**
   * Makes a copy of a database as it is now, as a standby that gets no further; whoever works with
   * it is sent away for a moment.
   */
  public void copyDatabase(String name) {
    admin("ALTER DATABASE \"" + name + "\" ALLOW_CONNECTIONS false");
    cutSessions(name);
    admin("CREATE DATABASE \"%1$s-copy\" OWNER \"%2$s\" TEMPLATE \"%1$s\"".formatted(name, role()));
    admin("ALTER DATABASE \"" + name + "\" ALLOW_CONNECTIONS true");
  }

  /** The copy takes the place of the database, which is gone with all that came after. */
  public void failOver(String name) {
    dropDatabase(name);
    admin("ALTER DATABASE \"%1$s-copy\" RENAME TO \"%1$s\"".formatted(name));
  }

  private void endSessions(String whose, String name) {
    admin(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE %s = '%s'"
            .formatted(whose, name));
  }

  /** Changes the password of a role, and ends the sessions that were made with the former one. */
  public void setPassword(String role, String password) {
    admin("ALTER ROLE \"%s\" PASSWORD '%s'".formatted(role, password));
    endSessions("usename", role);
  }

  /** Drops a role, with the sessions it has in that database. */
  public void dropRole(String role) {
    endSessions("usename", role);
    admin("DROP ROLE IF EXISTS \"%s\"".formatted(role));
  }

  /** The tunnel to PostgreSQL is opened again when it breaks, so a lost connection is no answer. */
  private void admin(String sql) {
    Awaitility.await("an answer of PostgreSQL to: " + sql)
        .atMost(ANSWERS)
        .pollInterval(Duration.ofMillis(500))
        .until(() -> answered(sql));
  }

  private boolean answered(String sql) {
    try (Connection connection = connect("postgres", "pg-superuser");
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
      return true;
    } catch (SQLException e) {
      if (e.getSQLState() != null && e.getSQLState().startsWith(CONNECTION_LOST)) {
        return false;
      }
      throw new IllegalStateException("PostgreSQL refused: " + sql, e);
    }
  }

  /** S3 as this machine sees it. */
  public S3Client s3() {
    return s3;
  }

  /**
   * Entries of a Secret with credentials that are good for an hour and for all but one thing.
   *
   * @param right that is missing, as policies name it
   * @param bucket where it is
   */
  public Map<String, String> credentialsWithout(String right, String bucket) {
    String policy =
        """
        {"Version": "2012-10-17", "Statement": [
          {"Effect": "Allow", "Action": ["s3:*"], "Resource": ["arn:aws:s3:::*"]},
          {"Effect": "Deny", "Action": ["%s"], "Resource": ["arn:aws:s3:::%s", "arn:aws:s3:::%s/*"]}]}"""
            .formatted(right, bucket, bucket);
    try (StsClient sts =
        StsClient.builder()
            .endpointOverride(minio())
            .region(Region.US_EAST_1)
            .credentialsProvider(root)
            .build()) {
      Credentials session =
          sts.assumeRole(
                  r ->
                      r.roleArn("arn:aws:iam::000000000000:role/any")
                          .roleSessionName("e2e")
                          .policy(policy))
              .credentials();
      return Map.of(
          "AWS_ACCESS_KEY_ID", session.accessKeyId(),
          "AWS_SECRET_ACCESS_KEY", session.secretAccessKey(),
          "AWS_SESSION_TOKEN", session.sessionToken());
    }
  }

  /** The pod of MinIO. */
  public Pod store() {
    return cluster.client().pods().inNamespace(Cluster.INFRA).withName("minio-0").get();
  }

  @Override
  public void close() {
    s3.close();
    minio.close();
    postgres.close();
    kafka.close();
  }
}
