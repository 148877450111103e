package dev.tidemark.e2e;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialDeletion;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** Someone whom Kafka knows by a password, at its encrypted listener. */
public final class KafkaUser implements AutoCloseable {
  /** The encrypted listener as pods see it. */
  public static final String KAFKA = "kafka.infra.svc:9096";

  private static final int ITERATIONS = 4096;

  private final Admin admin;
  private final String name;
  private AclBinding refusal;

  /** Makes the user. */
  public KafkaUser(String bootstrap, String name, String password) {
    this.admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap));
    this.name = name;
    setPassword(password);
  }

  /** What a client's {@code sasl.jaas.config} is with that password. */
  public String login(String password) {
    return "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"%s\" password=\"%s\";"
        .formatted(name, password);
  }

  /** Changes the password; connections made with the former one go on. */
  public void setPassword(String password) {
    await(
        admin
            .alterUserScramCredentials(
                List.of(
                    new UserScramCredentialUpsertion(
                        name,
                        new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, ITERATIONS),
                        password)))
            .all());
  }

  /** Lets nobody of that name read a topic, or write it. */
  public void refuse(Topic topic, AclOperation operation) {
    refusal =
        new AclBinding(
            new ResourcePattern(ResourceType.TOPIC, topic.name(), PatternType.LITERAL),
            new AccessControlEntry("User:" + name, "*", operation, AclPermissionType.DENY));
    await(admin.createAcls(Set.of(refusal)).all());
  }

  /** Takes {@link #refuse} back. */
  public void allow() {
    await(admin.deleteAcls(Set.of(refusal.toFilter())).all());
    refusal = null;
  }

  private static void await(KafkaFuture<?> answer) {
    try {
      answer.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("Kafka refused: " + e.getCause().getMessage(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Removes what was made. */
  @Override
  public void close() {
    if (refusal != null) {
      allow();
    }
    await(
        admin
            .alterUserScramCredentials(
                List.of(new UserScramCredentialDeletion(name, ScramMechanism.SCRAM_SHA_512)))
            .all());
    admin.close();
  }
}
