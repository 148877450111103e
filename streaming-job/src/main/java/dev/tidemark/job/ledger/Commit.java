package dev.tidemark.job.ledger;

import dev.tidemark.job.ledger.LedgerDocument.Range;
import java.util.List;

/**
 * The object that says how a claim ended: {@code _commits/0000000042.json} below the sink's path.
 * Whoever creates it first decides, and it never changes.
 *
 * @param contract version of this format
 * @param number of the claim
 * @param voided true when the claim was given up: files of its number, if any are left, do not
 *     count
 * @param at when, ISO 8601 in UTC
 * @param offsets of the records whose results the files hold; none of them empty
 * @param files in the order of the tasks that wrote them; none that has no rows
 */
record Commit(
    int contract,
    long number,
    boolean voided,
    String at,
    List<Range> offsets,
    List<CommittedFile> files) {
  static final int CONTRACT = 1;
}
