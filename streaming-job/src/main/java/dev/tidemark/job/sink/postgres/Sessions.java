package dev.tidemark.job.sink.postgres;

import dev.tidemark.job.ledger.Database;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * The idle sessions of this JVM, one pool per database and job. A pool holds the sessions of one
 * epoch only: those of an earlier one can do nothing any more.
 */
final class Sessions {

  private static final int MOST_IDLE = 8;
  private static final long LONGEST_IDLE_NANOS = 300_000_000_000L;
  private static final Map<String, Sessions> POOLS = new HashMap<>();

  private final Deque<Session> idle = new ArrayDeque<>();
  private String name = "";

  private Sessions() {}

  /** A session of that name: a resting one if there is a good one, else a new one. */
  static Session borrow(Database database, String jobId, String name) {
    Sessions pool = pool(database, jobId);
    Session resting = pool.poll(name);
    while (resting != null) {
      Session good = resting.again();
      if (good != null) {
        return good;
      }
      resting = pool.poll(name);
    }
    return Session.open(database, name);
  }

  /**
   * Gives back a session whose transaction has ended well; one that was aborted meanwhile is
   * forgotten.
   */
  static void release(Database database, String jobId, String name, Session session) {
    if (session.aborted()) {
      return;
    }
    session.rest();
    pool(database, jobId).offer(name, session);
  }

  /** Ends all resting sessions of this JVM. */
  static void closeAll() {
    synchronized (POOLS) {
      POOLS.values().forEach(pool -> pool.poll(""));
      POOLS.clear();
    }
  }

  private static Sessions pool(Database database, String jobId) {
    synchronized (POOLS) {
      return POOLS.computeIfAbsent(jobId + " " + database.jdbc().url(), key -> new Sessions());
    }
  }

  private synchronized Session poll(String wanted) {
    if (!wanted.equals(name)) {
      idle.forEach(Session::abort);
      idle.clear();
      name = wanted;
    }
    return idle.pollFirst();
  }

  private synchronized void offer(String of, Session session) {
    if (!of.equals(name) || idle.size() >= MOST_IDLE) {
      session.close();
      return;
    }
    // The last one used is the next one used, so that superfluous ones grow old at the other end.
    idle.addFirst(session);
    while (idle.size() > 1 && idle.peekLast().idleNanos() > LONGEST_IDLE_NANOS) {
      idle.pollLast().close();
    }
  }
}
