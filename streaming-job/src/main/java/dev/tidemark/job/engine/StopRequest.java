package dev.tidemark.job.engine;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Whether somebody asked this driver to stop. */
public final class StopRequest {
  private final CountDownLatch asked = new CountDownLatch(1);

  /** Asks; asking twice changes nothing. */
  public void ask() {
    asked.countDown();
  }

  /** True once somebody has. */
  public boolean isAsked() {
    return asked.getCount() == 0;
  }

  /** Waits for a request; true when there is one. */
  public boolean await(long millis) throws InterruptedException {
    return asked.await(millis, TimeUnit.MILLISECONDS);
  }

  /** How a run ends that was asked to. */
  public Trouble end(String sentence) {
    return new Trouble(Reason.Stopped, "asked to stop; " + sentence);
  }
}
