package dev.tidemark.e2e;

import eu.rekawek.toxiproxy.Proxy;
import eu.rekawek.toxiproxy.model.Toxic;
import eu.rekawek.toxiproxy.model.ToxicDirection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;

/** The way from a job to one of its stores, which can be cut, silenced, slowed and mended. */
public final class Line implements AutoCloseable {
  private final Proxy proxy;
  private final String address;

  Line(Proxy proxy, String host) {
    this.proxy = proxy;
    String listens = proxy.getListen();
    this.address = host + listens.substring(listens.lastIndexOf(':'));
  }

  @FunctionalInterface
  private interface Change {
    void make() throws IOException;
  }

  private void change(Change change) {
    try {
      change.make();
    } catch (IOException e) {
      throw new UncheckedIOException("Toxiproxy refused to change the line " + proxy.getName(), e);
    }
  }

  /** Host and port as pods see them. */
  public String address() {
    return address;
  }

  /** Ends every connection; new ones are refused. */
  public void cut() {
    change(proxy::disable);
  }

  /** Connections stay open and new ones are accepted, but nothing comes back any more. */
  public void silence() {
    change(() -> proxy.toxics().timeout("silence", ToxicDirection.DOWNSTREAM, 0));
  }

  /** What is answered arrives later by that much, give or take a third. */
  public void slow(Duration by) {
    change(
        () ->
            proxy
                .toxics()
                .latency("slow", ToxicDirection.DOWNSTREAM, by.toMillis())
                .setJitter(by.toMillis() / 3));
  }

  /** About every third connection is reset some time after it was made. */
  public void flaky(Duration after) {
    change(
        () ->
            proxy
                .toxics()
                .resetPeer("flaky", ToxicDirection.DOWNSTREAM, after.toMillis())
                .setToxicity(0.33f));
  }

  /** As if nothing had been. */
  public void mend() {
    change(
        () -> {
          for (Toxic toxic : proxy.toxics().getAll()) {
            toxic.remove();
          }
          proxy.enable();
        });
  }

  @Override
  public void close() {
    change(proxy::delete);
  }
}
