package dev.tidemark.job.engine.structured;

import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.streaming.StreamingRelationV2;
import org.apache.spark.sql.catalyst.types.DataTypeUtils$;
import org.apache.spark.sql.connector.catalog.SupportsRead;
import org.apache.spark.sql.connector.catalog.TableCapability;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.connector.read.streaming.MicroBatchStream;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import scala.Option;
import scala.collection.Seq;

/** The table that a query reads from: the offset ranges of one {@link TopicStream}. */
final class TopicTable implements SupportsRead {
  private static final StructType SCHEMA =
      new StructType()
          .add("topic", DataTypes.StringType, false)
          .add("partition", DataTypes.IntegerType, false)
          .add("from", DataTypes.LongType, false)
          .add("until", DataTypes.LongType, false);

  private final String name;
  private final MicroBatchStream stream;

  private TopicTable(String name, MicroBatchStream stream) {
    this.name = name;
    this.stream = stream;
  }

  /** A stream as Spark's own sources give it; it need not be found by a class name and options. */
  public static Dataset<Row> read(SparkSession session, String name, MicroBatchStream stream) {
    return org.apache.spark.sql.Dataset$.MODULE$.ofRows(
        session,
        new StreamingRelationV2(
            Option.empty(),
            name,
            new TopicTable(name, stream),
            CaseInsensitiveStringMap.empty(),
            attributes(),
            Option.empty(),
            Option.empty(),
            Option.empty()));
  }

  @SuppressWarnings("unchecked") // Scala's sequences are covariant, which Java cannot say
  private static Seq<Attribute> attributes() {
    return (Seq<Attribute>) (Seq<?>) DataTypeUtils$.MODULE$.toAttributes(SCHEMA);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  @SuppressWarnings("deprecation") // what else there is has no use for tables that are read
  public StructType schema() {
    return SCHEMA;
  }

  @Override
  public Set<TableCapability> capabilities() {
    return Set.of(TableCapability.MICRO_BATCH_READ);
  }

  @Override
  public ScanBuilder newScanBuilder(CaseInsensitiveStringMap options) {
    return () ->
        new Scan() {
          @Override
          public StructType readSchema() {
            return SCHEMA;
          }

          @Override
          public MicroBatchStream toMicroBatchStream(String checkpointLocation) {
            return stream;
          }
        };
  }
}
