package dev.tidemark.e2e;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.IncompatibleThreadStateException;
import com.sun.jdi.ReferenceType;
import com.sun.jdi.StringReference;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.AttachingConnector;
import com.sun.jdi.connect.Connector;
import com.sun.jdi.connect.IllegalConnectorArgumentsException;
import com.sun.jdi.event.BreakpointEvent;
import com.sun.jdi.event.ClassPrepareEvent;
import com.sun.jdi.event.Event;
import com.sun.jdi.event.EventSet;
import com.sun.jdi.request.BreakpointRequest;
import com.sun.jdi.request.ClassPrepareRequest;
import com.sun.jdi.request.EventRequest;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.LocalPortForward;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A driver's JVM under a debugger, which stands still, or only the thread at work does, whenever it
 * has done a step of its start: as the driver's own log names them, "start, ms since launch". So a
 * fault strikes between two steps and nowhere else.
 */
public final class HeldStart implements AutoCloseable {
  private static final int PORT = 5005;
  private static final String TIMELINE = "dev.tidemark.job.engine.Timeline";
  private static final String DONE = "done";

  private final LocalPortForward forward;
  private final VirtualMachine jvm;
  private final What what;
  private EventSet held;

  private HeldStart(LocalPortForward forward, VirtualMachine jvm, What what) {
    this.forward = forward;
    this.jvm = jvm;
    this.what = what;
  }

  /** What stands still after a step. */
  public enum What {
    /** All of it. */
    JVM(EventRequest.SUSPEND_ALL),
    /** The thread that did the step; what others do besides goes on. */
    THREAD(EventRequest.SUSPEND_EVENT_THREAD);

    private final int policy;

    What(int policy) {
      this.policy = policy;
    }
  }

  /**
   * A driver's template with which its JVMs, and that of its check run, do not begin before they
   * are attached to.
   */
  public static Map<String, Object> template() {
    return Map.of(
        "spec",
        Map.of(
            "containers",
            List.of(
                Map.of(
                    "name",
                    "spark",
                    "env",
                    List.of(
                        Map.of(
                            "name",
                            "JDK_JAVA_OPTIONS",
                            "value",
                            "-agentlib:jdwp=transport=dt_socket,server=y,suspend=y,address=127.0.0.1:"
                                + PORT))))));
  }

  /**
   * Attaches to the JVM of a pod that waits for it.
   *
   * @throws IOException when there is none yet
   */
  public static HeldStart attach(KubernetesClient client, Pod pod, What what) throws IOException {
    LocalPortForward forward = client.pods().resource(pod).portForward(PORT);
    HeldStart start = null;
    try {
      start = new HeldStart(forward, attach(forward.getLocalPort()), what);
      start.holdAtSteps();
      return start;
    } finally {
      if (start == null) {
        forward.close();
      }
    }
  }

  private static VirtualMachine attach(int port) throws IOException {
    AttachingConnector sockets =
        Bootstrap.virtualMachineManager().attachingConnectors().stream()
            .filter(connector -> connector.name().equals("com.sun.jdi.SocketAttach"))
            .findFirst()
            .orElseThrow();
    Map<String, Connector.Argument> arguments = sockets.defaultArguments();
    arguments.get("hostname").setValue("127.0.0.1");
    arguments.get("port").setValue(Integer.toString(port));
    arguments.get("timeout").setValue("2000");
    try {
      return sockets.attach(arguments);
    } catch (IllegalConnectorArgumentsException e) {
      throw new IllegalStateException("This JDK's debugger knows no host and port.", e);
    }
  }

  private void holdAtSteps() {
    ClassPrepareRequest loading = jvm.eventRequestManager().createClassPrepareRequest();
    loading.addClassFilter(TIMELINE);
    loading.setSuspendPolicy(EventRequest.SUSPEND_ALL);
    loading.enable();
  }

  /** Lets it go on until the next step is done; the name of the step. */
  public String next(Duration within) {
    long end = System.nanoTime() + within.toNanos();
    while (System.nanoTime() < end) {
      if (held != null) {
        held.resume();
      }
      held = awaitEvents(Duration.ofNanos(end - System.nanoTime()));
      for (Event event : held == null ? List.<Event>of() : held) {
        if (event instanceof ClassPrepareEvent loaded) {
          breakAt(loaded.referenceType());
        } else if (event instanceof BreakpointEvent done) {
          return step(done);
        }
      }
    }
    throw new AssertionError("No further step of the start was done within " + within + ".");
  }

  private EventSet awaitEvents(Duration within) {
    try {
      return jvm.eventQueue().remove(Math.max(1, within.toMillis()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a start was followed", e);
    }
  }

  private void breakAt(ReferenceType timeline) {
    BreakpointRequest request =
        jvm.eventRequestManager()
            .createBreakpointRequest(timeline.methodsByName(DONE).get(0).location());
    request.setSuspendPolicy(what.policy);
    request.enable();
  }

  private static String step(BreakpointEvent event) {
    try {
      StringReference name = (StringReference) event.thread().frame(0).getArgumentValues().get(0);
      return name.value();
    } catch (IncompatibleThreadStateException e) {
      throw new IllegalStateException("The thread that did a step does not stand still.", e);
    }
  }

  /** Lets it go on for good. */
  @Override
  public void close() {
    try {
      jvm.dispose();
    } catch (com.sun.jdi.VMDisconnectedException e) {
      // it was killed, as is meant to be
    }
    try {
      forward.close();
    } catch (IOException e) {
      throw new IllegalStateException("A port that was forwarded was not closed.", e);
    }
  }
}
