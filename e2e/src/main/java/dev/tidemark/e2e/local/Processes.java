package dev.tidemark.e2e.local;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Processes that end with this one; what they say goes to files. */
final class Processes implements AutoCloseable {
  private final Path logs;
  private final List<Process> started = new ArrayList<>();

  Processes(Path logs) {
    this.logs = logs;
    Runtime.getRuntime().addShutdownHook(new Thread(this::close, "processes"));
  }

  Process start(String name, Map<String, String> environment, List<String> command)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(logs.resolve(name + ".log").toFile()));
    Process process = builder.start();
    synchronized (started) {
      started.add(process);
    }
    return process;
  }

  /** Runs a program to its end, which must be a good one. */
  void run(String name, Map<String, String> environment, List<String> command) throws IOException {
    try {
      int code = start(name, environment, command).waitFor();
      if (code != 0) {
        throw new IOException(
            name + " ended with " + code + ", see " + logs.resolve(name + ".log"));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(name + " was interrupted", e);
    }
  }

  /** Sends a signal by name. */
  static void signal(String name, long pid) throws IOException {
    try {
      new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while sending " + name, e);
    }
  }

  @Override
  public void close() {
    synchronized (started) {
      started.forEach(process -> process.descendants().forEach(ProcessHandle::destroyForcibly));
      started.forEach(Process::destroyForcibly);
      started.clear();
    }
  }
}
