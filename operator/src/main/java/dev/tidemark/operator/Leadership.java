package dev.tidemark.operator;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfigurationBuilder;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which of the replicas acts. A leader that ends gives its Lease back, so that the next one need
 * not wait for it to expire.
 */
final class Leadership {
  private static final Logger LOG = LoggerFactory.getLogger("tidemark");
  private static final String LEASE = "tidemark-operator";

  private final Config config;
  private volatile boolean leading;
  private volatile boolean stopping;

  Leadership(Config config) {
    this.config = config;
    this.leading = !config.leaderElection();
  }

  boolean leading() {
    return leading;
  }

  LeaderElectionConfiguration configuration() {
    return LeaderElectionConfigurationBuilder.aLeaderElectionConfiguration(LEASE)
        .withLeaseNamespace(config.namespace())
        .withIdentity(config.instance())
        .withLeaseDuration(Duration.ofSeconds(15))
        .withRenewDeadline(Duration.ofSeconds(10))
        .withRetryPeriod(Duration.ofSeconds(2))
        .withExitOnStopLeading(false)
        .withLeaderCallbacks(new LeaderCallbacks(this::started, this::lost, leader -> {}))
        .build();
  }

  private void started() {
    leading = true;
    LOG.info("This replica leads.");
  }

  /**
   * Two leaders are worse than a restart: a replica that lost the Lease ends, and comes back as a
   * follower.
   */
  private void lost() {
    leading = false;
    if (!stopping) {
      LOG.error("This replica lost the Lease {}/{} and ends.", config.namespace(), LEASE);
      Runtime.getRuntime().halt(1);
    }
  }

  void stopping() {
    stopping = true;
  }

  /** Gives the Lease back, if it is ours. */
  void release(KubernetesClient client) {
    if (!config.leaderElection()) {
      return;
    }
    try {
      Lease lease = client.leases().inNamespace(config.namespace()).withName(LEASE).get();
      if (lease != null
          && lease.getSpec() != null
          && config.instance().equals(lease.getSpec().getHolderIdentity())) {
        Lease free =
            new LeaseBuilder(lease)
                .editSpec()
                .withHolderIdentity("")
                .withLeaseDurationSeconds(1)
                .endSpec()
                .build();
        client.resource(free).update();
        LOG.info("The Lease {}/{} was given back.", config.namespace(), LEASE);
      }
    } catch (KubernetesClientException e) {
      LOG.warn(
          "The Lease {}/{} could not be given back; the next leader waits until it expires: {}",
          config.namespace(),
          LEASE,
          e.getMessage());
    }
  }
}
