package dev.tidemark.job.ledger;

import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.settings.Settings;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Names a job has at the brokers. All of them begin with {@code tidemark.<namespace>.<name>.}, so
 * one prefixed rule of an access list lets a job have them.
 *
 * @param group the consumer group whose offsets are the ledger
 */
public record GroupName(String group) {
  private static final int DIGITS = 10;

  /** By what stays the same when the owner record is lost, as {@link Ledgers#owner} tells it. */
  public static GroupName of(Settings settings) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(Ledgers.owner(settings).getBytes(StandardCharsets.UTF_8));
      return new GroupName(
          "tidemark."
              + settings.job().namespace()
              + "."
              + settings.job().name()
              + "."
              + HexFormat.of().formatHex(digest).substring(0, DIGITS));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Of the transactions of whole batches. */
  public String batches() {
    return group + ".batches";
  }

  /** Of the transactions that write the rows of one partition. */
  public String rows(Partition partition) {
    return group + "." + partition;
  }
}
