package dev.tidemark.job.expression;

import dev.tidemark.job.outcome.Trouble;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.spark.sql.catalyst.InternalRow;

/** Says of an evaluation that fails which expression it was, and on which record. */
record Guard(
    String field,
    String text,
    Supplier<ConsumerRecord<byte[], byte[]>> current,
    Malformed malformed) {

  /** Null when it failed, and what it failed on is to be left out. */
  <T> T evaluate(Function<InternalRow, T> expression, InternalRow row) {
    try {
      return expression.apply(row);
    } catch (Exception | StackOverflowError e) { // Spark's are checked, which Scala does not say
      malformed.met(current.get(), trouble(e));
      return null;
    }
  }

  private Trouble trouble(Throwable e) {
    ConsumerRecord<byte[], byte[]> record = current.get();
    boolean schema = field.equals(ValueReading.FIELD);
    return new Trouble(
        Complaint.reason(field),
        field
            + ": failed on the record at partition "
            + record.topic()
            + "-"
            + record.partition()
            + ", offset "
            + record.offset()
            + ": "
            + (schema ? ValueReading.why(e) : Complaint.shortened(message(e)))
            + (schema
                ? "; mend the schema or the producer"
                : "; change the expression so that it gives null or false for such a record")
            + ", or set source.onMalformed (in: "
            + Complaint.shortened(text)
            + ")",
        e);
  }

  private static String message(Throwable e) {
    return String.valueOf(e.getMessage()).replaceAll("\\s+", " ");
  }
}
