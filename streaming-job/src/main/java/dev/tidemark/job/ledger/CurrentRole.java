package dev.tidemark.job.ledger;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** The role of a connection, for the statements that grant it a right. */
public final class CurrentRole {

  private CurrentRole() {}

  /** Its name ready to stand in a statement; ends the connection's transaction. */
  public static String quoted(Connection connection) {
    try {
      connection.rollback();
      try (Statement statement = connection.createStatement();
          ResultSet result = statement.executeQuery("SELECT quote_ident(current_user)")) {
        result.next();
        return result.getString(1);
      }
    } catch (SQLException e) {
      // The statements are worth showing even without the role's name.
      return "the_role_of_this_job";
    }
  }
}
