package dev.tidemark.job.sink.postgres;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.util.Set;

/** A connection for somebody who may use its transaction and not end it. */
final class LentConnection {
  private static final Set<String> OURS =
      Set.of("commit", "rollback", "setAutoCommit", "abort", "setTransactionIsolation");

  private LentConnection() {}

  /** Whoever closes it in good faith does no harm. */
  static Connection of(Connection connection) {
    return (Connection)
        Proxy.newProxyInstance(
            LentConnection.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> {
              String name = method.getName();
              boolean toSavepoint = arguments != null && name.equals("rollback");
              if (OURS.contains(name) && !toSavepoint) {
                throw new IllegalStateException(
                    name
                        + " was called on a connection of Tidemark's: its transaction is ended with the move of"
                        + " the ledger, after the program's function has returned");
              }
              if (name.equals("close")) {
                return null;
              }
              try {
                return method.invoke(connection, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
