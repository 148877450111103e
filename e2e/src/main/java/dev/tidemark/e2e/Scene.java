package dev.tidemark.e2e;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.Delete;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * A place of its own for one scenario: a namespace, a topic, a database with a table, a checkpoint
 * path. Nothing in it is shared with another scenario, so that what the judge finds belongs to this
 * one.
 */
public final class Scene implements AutoCloseable {
  /** Partitions of a scenario's topic. */
  public static final int PARTITIONS = 4;

  private static final String BACKUPS = "backups";

  /** The bucket of sinks that write files. */
  public static final String RESULTS = "results";

  private static final String TABLE = "important_events";
  private static final String[] COLUMNS = {
    "value text", "kafka_partition int", "kafka_offset bigint"
  };

  private final Cluster cluster;
  private final Infra infra;
  private final String id;
  private final Topic topic;
  private final Table table;
  private final Faults faults;
  private final List<Job> jobs = new ArrayList<>();
  private final List<Feeder> feeders = new ArrayList<>();
  private final List<String> namespaces = new ArrayList<>();
  private final List<Double> recoveries = new ArrayList<>();
  private final List<String> databases = new ArrayList<>();
  private final List<Topic> topics = new ArrayList<>();
  private Lines lines;
  private Verdict verdict;

  private Scene(Cluster cluster, Infra infra, String id) {
    this.cluster = cluster;
    this.infra = infra;
    this.id = id;
    this.topic = new Topic(infra.kafka(), id);
    this.table = new Table(infra, id, TABLE);
    this.faults = new Faults(cluster.client());
  }

  /** Sets the stage; {@code title} becomes part of every name. */
  public static Scene open(Cluster cluster, Infra infra, String title) {
    String slug =
        title.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
    String suffix = Long.toString(System.nanoTime() & 0xfffff, 36);
    Scene scene =
        new Scene(
            cluster, infra, "e2e-" + slug.substring(0, Math.min(40, slug.length())) + "-" + suffix);
    scene.addNamespace(scene.id);
    scene.topic.create(PARTITIONS);
    infra.createDatabase(scene.id);
    scene.table.create(COLUMNS);
    return scene;
  }

  /** A further namespace a job can run in. */
  public void addNamespace(String name) {
    cluster.createJobNamespace(name);
    namespaces.add(name);
  }

  /** A further database, and a table in it like that of the scenario. */
  public Table addDatabase(String name) {
    infra.createDatabase(name);
    databases.add(name);
    Table like = new Table(infra, name, TABLE);
    like.create(COLUMNS);
    return like;
  }

  /** A further topic, whose name begins like that of the scenario's. */
  public Topic addTopic(String name) {
    Topic further = new Topic(infra.kafka(), id + "-" + name);
    further.create(PARTITIONS);
    topics.add(further);
    return further;
  }

  /** The same; values of one's own are written to it from now on. */
  public Topic addTopic(String name, int eventsPerSecond, Feeder.Values values) {
    Topic further = addTopic(name);
    fed(Feeder.start(further, further.name().hashCode(), eventsPerSecond, values));
    return further;
  }

  /** The scenario's namespace; also the name of its topic and database. */
  public String id() {
    return id;
  }

  /** Its topic. */
  public Topic topic() {
    return topic;
  }

  /** Its table. */
  public Table table() {
    return table;
  }

  /** Faults on this cluster. */
  public Faults faults() {
    return faults;
  }

  /** Lines to the stores that can be disturbed. */
  public Lines lines() {
    if (lines == null) {
      lines = new Lines(cluster, id);
    }
    return lines;
  }

  /** The cluster. */
  public Cluster cluster() {
    return cluster;
  }

  /** Kafka, PostgreSQL and MinIO. */
  public Infra infra() {
    return infra;
  }

  /** The job's checkpoint path as the manifest names it. */
  public String checkpointPath() {
    return "s3a://" + Infra.BUCKET + "/" + id;
  }

  /** The manifest of the scenario's job: important events, in upper case, with their places. */
  public Manifest manifest(Mode mode) {
    return Manifest.of(id, "job", mode)
        .topic(topic.name())
        .database(id)
        .table(TABLE)
        .path(checkpointPath());
  }

  /** Applies a manifest. */
  public Job apply(Manifest manifest) {
    Job job = new Job(cluster.client(), manifest.namespace(), manifest.name());
    jobs.add(job);
    job.create(manifest.yaml());
    return job;
  }

  /** Starts to write events. */
  public Feeder feed(int eventsPerSecond) {
    return fed(Feeder.start(topic, id.hashCode(), eventsPerSecond));
  }

  /** Starts to write events with values of one's own. */
  public Feeder feed(int eventsPerSecond, Feeder.Values values) {
    return fed(Feeder.start(topic, id.hashCode(), eventsPerSecond, values));
  }

  private Feeder fed(Feeder feeder) {
    feeders.add(feeder);
    return feeder;
  }

  /** Ends all writing of events, so that a scene that is kept does not use up the machine. */
  public void stopFeeding() {
    for (Feeder feeder : feeders) {
      try {
        feeder.close();
      } catch (IllegalStateException e) {
        System.out.println(e.getMessage()); // it fails the scenario only where one counts on it
      }
    }
  }

  /** Notes a recovery for the result table. */
  public void recovered(double seconds) {
    recoveries.add(seconds);
  }

  /** Recoveries noted. */
  public List<Double> recoveries() {
    return List.copyOf(recoveries);
  }

  /** Jobs applied. */
  public List<Job> jobs() {
    return List.copyOf(jobs);
  }

  /** The last verdict, or null. */
  public Verdict verdict() {
    return verdict;
  }

  /** Waits until the table has at least so many rows. */
  public void awaitRows(long rows, Duration within) {
    Awaitility.await(rows + " rows in " + id)
        .atMost(within)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> table.count() >= rows);
  }

  /** Waits for the row of that record. */
  public void awaitRow(int partition, long offset, Duration within) {
    Awaitility.await("the row of %s/%d@%d".formatted(id, partition, offset))
        .atMost(within)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> table.hasRow(partition, offset));
  }

  /** Waits until rows beyond those of now are committed. */
  public void awaitMoreRows(Duration within) {
    awaitRows(table.count() + 1, within);
  }

  /**
   * Ends the flow with one important record in each partition, waits for their rows, and judges.
   * Within a partition rows are committed in order, so everything before the last record is decided
   * by then.
   */
  public Verdict settle(Duration within, Rule rule) {
    end(within, "important end of " + id);
    return judge(rule);
  }

  /**
   * Writes one record that passes the job's filter to each partition and waits for their rows, or
   * for the time to end.
   */
  public void end(Duration within, String value) {
    Map<Integer, Long> last = Feeder.writeToEach(topic, PARTITIONS, value);
    try {
      Awaitility.await("the last rows of " + id)
          .atMost(within)
          .pollInterval(Duration.ofMillis(250))
          .until(
              () ->
                  last.entrySet().stream()
                      .allMatch(end -> table.hasRow(end.getKey(), end.getValue())));
    } catch (ConditionTimeoutException e) {
      // The verdict says better what is missing.
    }
  }

  /** Compares topic and table as they are now. */
  public Verdict judge(Rule rule) {
    verdict =
        Judge.compare(topic.dump(), rule, table.rows("value", "kafka_partition", "kafka_offset"));
    return verdict;
  }

  /** Keeps a verdict that was made in another way. */
  public Verdict judged(Verdict made) {
    verdict = made;
    return verdict;
  }

  /** Objects under the checkpoint path whose names begin with the given word, such as {@code r}. */
  public List<String> objects(String prefix) {
    return objects(Infra.BUCKET, prefix);
  }

  /** The same in any bucket. */
  public List<String> objects(String bucket, String prefix) {
    return infra
        .s3()
        .listObjectsV2Paginator(request -> request.bucket(bucket).prefix(id + "/" + prefix))
        .contents()
        .stream()
        .map(S3Object::key)
        .toList();
  }

  /** The content of an object under the checkpoint path. */
  public byte[] object(String name) {
    return infra
        .s3()
        .getObjectAsBytes(request -> request.bucket(Infra.BUCKET).key(id + "/" + name))
        .asByteArray();
  }

  /** Puts an object under the checkpoint path. */
  public void putObject(String name, byte[] content) {
    infra
        .s3()
        .putObject(
            request -> request.bucket(Infra.BUCKET).key(id + "/" + name),
            RequestBody.fromBytes(content));
  }

  /** Deletes the objects under the checkpoint path whose names begin with the given word. */
  public int deleteObjects(String prefix) {
    List<String> keys = objects(prefix);
    delete(Infra.BUCKET, keys);
    return keys.size();
  }

  private void delete(String bucket, List<String> keys) {
    for (int from = 0; from < keys.size(); from += 1_000) {
      List<ObjectIdentifier> page =
          keys.subList(from, Math.min(keys.size(), from + 1_000)).stream()
              .map(key -> ObjectIdentifier.builder().key(key).build())
              .collect(Collectors.toList());
      infra
          .s3()
          .deleteObjects(r -> r.bucket(bucket).delete(Delete.builder().objects(page).build()));
    }
  }

  /** Removes everything the scenario made. */
  @Override
  public void close() {
    // They outlive their job, and so do the pods that made them.
    jobs.forEach(job -> new BackupResources(cluster.client(), job.namespace()).deleteAll());
    jobs.stream()
        .filter(job -> job.get() != null)
        .forEach(job -> job.delete(Duration.ofMinutes(2)));
    namespaces.forEach(name -> cluster.client().namespaces().withName(name).delete());
    deleteObjects("");
    delete(BACKUPS, objects(BACKUPS, ""));
    delete(RESULTS, objects(RESULTS, ""));
    infra.dropDatabase(id);
    databases.forEach(infra::dropDatabase);
    topic.delete();
    topics.forEach(Topic::delete);
    if (lines != null) {
      lines.close();
    }
  }
}
