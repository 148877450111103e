package dev.tidemark.e2e;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.LocalPortForward;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A local port that leads to a Service of the cluster and keeps doing so: when the pod behind the
 * Service is replaced, the port leads to the next one. A port that another process of this machine
 * already forwards is left to that process and taken over when it ends.
 */
public final class Tunnel implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Tunnel.class);

  private final KubernetesClient client;
  private final String namespace;
  private final String service;
  private final int port;
  private final int localPort;
  private final ScheduledExecutorService watch;
  private LocalPortForward forward;
  private String target = "";

  private Tunnel(
      KubernetesClient client, String namespace, String service, int port, int localPort) {
    this.client = client;
    this.namespace = namespace;
    this.service = service;
    this.port = port;
    this.localPort = localPort;
    this.watch =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "tunnel-" + service);
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Opens a tunnel on a free local port. */
  public static Tunnel open(KubernetesClient client, String namespace, String service, int port) {
    return open(client, namespace, service, port, freePort());
  }

  private static int freePort() {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException("This machine has no free local port.", e);
    }
  }

  /** Opens a tunnel on the given local port. */
  public static Tunnel open(
      KubernetesClient client, String namespace, String service, int port, int localPort) {
    Tunnel tunnel = new Tunnel(client, namespace, service, port, localPort);
    tunnel.follow();
    var unused =
        tunnel.watch.scheduleWithFixedDelay(tunnel::follow, 500, 500, TimeUnit.MILLISECONDS);
    return tunnel;
  }

  /** The local port. */
  public int localPort() {
    return localPort;
  }

  private synchronized void follow() {
    try {
      Pod pod = readyPod();
      if (pod == null) {
        return;
      }
      String wanted = pod.getMetadata().getUid();
      if (forward != null && forward.isAlive() && wanted.equals(target)) {
        return;
      }
      closeForward();
      forward =
          client
              .pods()
              .inNamespace(namespace)
              .withName(pod.getMetadata().getName())
              .portForward(containerPort(pod), InetAddress.getLoopbackAddress(), localPort);
      target = wanted;
    } catch (KubernetesClientException | IllegalStateException | UncheckedIOException e) {
      LOG.debug("tunnel to {} is not open yet: {}", service, e.toString());
    } catch (RuntimeException e) {
      LOG.warn("tunnel to {}: {}", service, e.toString());
    }
  }

  private Pod readyPod() {
    Service found = client.services().inNamespace(namespace).withName(service).get();
    if (found == null) {
      throw new IllegalStateException(
          "Service %s/%s does not exist.".formatted(namespace, service));
    }
    return client
        .pods()
        .inNamespace(namespace)
        .withLabels(found.getSpec().getSelector())
        .list()
        .getItems()
        .stream()
        .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
        .filter(Readiness::isPodReady)
        .findFirst()
        .orElse(null);
  }

  private int containerPort(Pod pod) {
    ServicePort wanted =
        client
            .services()
            .inNamespace(namespace)
            .withName(service)
            .get()
            .getSpec()
            .getPorts()
            .stream()
            .filter(candidate -> candidate.getPort() == port)
            .findFirst()
            .orElse(null);
    if (wanted == null || wanted.getTargetPort() == null) {
      return port;
    }
    if (wanted.getTargetPort().getStrVal() == null) {
      return wanted.getTargetPort().getIntVal();
    }
    return pod.getSpec().getContainers().stream()
        .flatMap(container -> container.getPorts().stream())
        .filter(candidate -> wanted.getTargetPort().getStrVal().equals(candidate.getName()))
        .mapToInt(candidate -> candidate.getContainerPort())
        .findFirst()
        .orElse(port);
  }

  private void closeForward() {
    if (forward != null) {
      try {
        forward.close();
      } catch (IOException e) {
        LOG.debug("closing the tunnel to {}: {}", service, e.toString());
      }
      forward = null;
    }
  }

  @Override
  public void close() {
    watch.shutdownNow();
    synchronized (this) {
      closeForward();
    }
  }
}
