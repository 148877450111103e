package dev.tidemark.job.executors;

import java.time.Duration;
import java.time.Instant;
import org.apache.spark.SecurityManager;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.executor.CoarseGrainedExecutorBackend;
import org.apache.spark.resource.ResourceProfile;
import org.apache.spark.rpc.RpcEnv;
import org.apache.spark.rpc.RpcEnv$;
import org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend$;
import org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend.Arguments;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Option;
import scala.runtime.AbstractFunction5;

/**
 * Main class of an executor pod: Spark's executor for Kubernetes, again and again. When the
 * driver's JVM dies, Spark ends the executor; this JVM then waits a while for a new driver at the
 * same address (the supervisor restarts it in its pod) and serves that one, with classes loaded,
 * code compiled and connections open. What an old task still does is fenced like everything of an
 * earlier epoch.
 */
public final class WarmExecutor {
  private static final Logger LOG = LoggerFactory.getLogger(WarmExecutor.class);

  /** A driver that has not come back by then has no use for this pod any more. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final long PAUSE_MILLIS = 50;

  private WarmExecutor() {}

  /** Takes the arguments of {@code KubernetesExecutorBackend}; ends when no driver wants it. */
  public static void main(String[] args) throws InterruptedException {
    Arguments arguments =
        KubernetesExecutorBackend$.MODULE$.parseArguments(args, WarmExecutor.class.getName());
    RpcEnv bell = bell(arguments.hostname());
    while (answers(bell, arguments.driverUrl())) {
      try {
        KubernetesExecutorBackend$.MODULE$.run(arguments, new Backend());
        LOG.info("the driver has gone; waiting for the next one at {}", arguments.driverUrl());
      } catch (RuntimeException e) {
        LOG.warn("this driver could not be served: {}", e.toString());
        Thread.sleep(PAUSE_MILLIS);
      }
    }
    LOG.info("no driver at {} for {} s: leaving", arguments.driverUrl(), PATIENCE.toSeconds());
    Runtime.getRuntime().halt(0);
  }

  /**
   * A client that is only used to see whether a driver answers; one for all tries, since each has
   * its own threads.
   */
  private static RpcEnv bell(String host) {
    SparkConf conf = new SparkConf();
    conf.set("spark.rpc.netty.dispatcher.numThreads", "1");
    conf.set("spark.rpc.io.threads", "1");
    SecurityManager security =
        new SecurityManager(conf, Option.empty(), SecurityManager.$lessinit$greater$default$3());
    return RpcEnv$.MODULE$.create("bell", host, host, -1, conf, security, 1, true);
  }

  private static boolean answers(RpcEnv bell, String driverUrl) throws InterruptedException {
    Instant until = Instant.now().plus(PATIENCE);
    while (Instant.now().isBefore(until)) {
      if (rings(bell, driverUrl)) {
        return true;
      }
      Thread.sleep(PAUSE_MILLIS);
    }
    return false;
  }

  @SuppressWarnings("CatchingUnchecked") // Scala throws checked exceptions without saying so
  private static boolean rings(RpcEnv bell, String driverUrl) {
    try {
      bell.setupEndpointRefByURI(driverUrl);
      return true;
    } catch (Exception e) {
      LOG.debug("no driver yet: {}", e.toString());
      return false;
    }
  }

  private static final class Backend
      extends AbstractFunction5<
          RpcEnv, Arguments, SparkEnv, ResourceProfile, String, CoarseGrainedExecutorBackend> {
    @Override
    public CoarseGrainedExecutorBackend apply(
        RpcEnv rpc, Arguments a, SparkEnv env, ResourceProfile profile, String executorId) {
      return new CoarseGrainedExecutorBackend(
          rpc,
          a.driverUrl(),
          executorId,
          a.bindAddress(),
          a.hostname(),
          a.cores(),
          env,
          a.resourcesFileOpt(),
          profile);
    }
  }
}
