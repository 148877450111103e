package dev.tidemark.e2e;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The manifests under {@code examples/}: what they read, where their results are, and what these
 * must be, in plain Java. A result is a line of text, its columns separated by blanks.
 */
enum Example {
  IMPORTANT_EVENTS("events", "SELECT value FROM important_events"),
  IMPORTANT_FILES("events", Place.FILES),
  IMPORTANT_TOPIC("events", Place.TOPIC),
  ARTICLE_FIRST_JOB("events", "SELECT value FROM article_first_job"),
  COUNTS_PER_MINUTE(
      "events",
      "SELECT concat_ws(' ', extract(epoch FROM window_start)::bigint, n) FROM counts_per_minute"),
  RUNNING_COUNTS(
      "orders",
      "SELECT concat_ws(' ', customer, n, total, smallest, largest, mean, products) FROM running_counts"),
  SLIDING_AVERAGES(
      "readings",
      "SELECT concat_ws(' ', sensor, extract(epoch FROM window_start)::bigint, mean, hottest)"
          + " FROM sliding_averages"),
  WORD_COUNT_PER_BATCH(
      "words", "SELECT concat_ws(' ', word, sum(n)) FROM word_count_per_batch GROUP BY word"),
  WORD_COUNT_LOG("words", Place.LOG);

  /** Where results go. */
  private enum Place {
    TABLE,
    TOPIC,
    FILES,
    LOG
  }

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> WORDS = List.of("ebb", "flood", "neap", "slack", "spring");

  private final String topic;
  private final Place place;
  private final String query;

  Example(String topic, String query) {
    this.topic = topic;
    this.place = Place.TABLE;
    this.query = query;
  }

  Example(String topic, Place place) {
    this.topic = topic;
    this.place = place;
    this.query = null;
  }

  /** The manifest's name in its directory. */
  String file() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-') + ".yaml";
  }

  /** The topic it names. */
  String topic() {
    return topic;
  }

  /** True when its results are in its driver's log. */
  boolean prints() {
    return place == Place.LOG;
  }

  /** The manifest with the scene's own place for the results. */
  Manifest into(Scene scene, Manifest manifest) {
    return switch (place) {
      case TABLE -> manifest.database(scene.id());
      case TOPIC -> manifest.set("sink.kafka.topic", scene.addTopic(name()).name());
      case FILES -> manifest.set("sink.s3.path", new ResultFiles(scene, true).path());
      case LOG -> manifest;
    };
  }

  /** The value of the n-th record of its topic. */
  String value(long number, RandomGenerator random) {
    return switch (topic) {
      case "events" -> Feeder.value(number, random);
      case "orders" ->
          "{\"customer\": \"c%d\", \"product\": \"p%d\", \"amount\": \"%d.%02d\"}"
              .formatted(
                  random.nextInt(20), random.nextInt(30), random.nextInt(90), random.nextInt(100));
      case "readings" ->
          "{\"sensor\": \"s%d\", \"celsius\": \"%d.%02d\", \"at\": \"%s\"}"
              .formatted(
                  random.nextInt(5), random.nextInt(-20, 40), random.nextInt(100), Instant.now());
      case "words" ->
          random
              .ints(random.nextInt(1, 6), 0, WORDS.size())
              .mapToObj(WORDS::get)
              .collect(Collectors.joining(" "));
      default -> throw new IllegalStateException("nothing is known of the topic " + topic);
    };
  }

  /** The results of now, sorted. */
  List<String> results(Scene scene, Job job) {
    Stream<String> now =
        switch (place) {
          case TABLE -> scene.table().ask(query).stream();
          case TOPIC -> sent(scene);
          case FILES -> filed(new ResultFiles(scene, true));
          case LOG -> printed(scene, job);
        };
    return now.sorted().toList();
  }

  /** What a serial run over all of the topic would have written, sorted. */
  List<String> expected(Topic read) {
    Stream<String> all =
        switch (this) {
          case IMPORTANT_EVENTS, IMPORTANT_FILES, IMPORTANT_TOPIC, ARTICLE_FIRST_JOB ->
              important(read);
          case COUNTS_PER_MINUTE -> counts(read);
          case RUNNING_COUNTS -> totals(read);
          case SLIDING_AVERAGES -> averages(read);
          case WORD_COUNT_PER_BATCH, WORD_COUNT_LOG -> words(read);
        };
    return all.sorted().toList();
  }

  private static Stream<String> counts(Topic topic) {
    return topic.counts(Duration.ofMinutes(1)).entrySet().stream()
        .map(minute -> minute.getKey().getEpochSecond() + " " + minute.getValue());
  }

  private static Stream<String> important(Topic topic) {
    return topic.dump().stream().filter(Rule.containing("important")).map(Rule::upper);
  }

  private static Stream<String> words(Topic topic) {
    Map<String, Long> counts = new TreeMap<>();
    topic
        .dump()
        .forEach(
            event ->
                Arrays.stream(event.value().split(" ", -1))
                    .forEach(word -> counts.merge(word, 1L, Long::sum)));
    return lines(counts);
  }

  private Stream<String> sent(Scene scene) {
    return new Topic(scene.infra().kafka(), scene.id() + "-" + name())
        .dump().stream().map(event -> json(event.value()).get("value").asText());
  }

  private static Stream<String> filed(ResultFiles files) {
    return files.rows(files.committed(), "value").stream().map(row -> row.get(0));
  }

  private static Stream<String> printed(Scene scene, Job job) {
    Map<String, Long> counts = new TreeMap<>();
    scene
        .cluster()
        .client()
        .pods()
        .resource(job.driver())
        .inContainer("spark")
        .getLog()
        .lines()
        .filter(line -> line.startsWith("{\"word\":"))
        .map(Example::json)
        .forEach(row -> counts.merge(row.get("word").asText(), row.get("n").asLong(), Long::sum));
    return lines(counts);
  }

  private static Stream<String> lines(Map<String, Long> counts) {
    return counts.entrySet().stream().map(entry -> entry.getKey() + " " + entry.getValue());
  }

  private static Stream<String> totals(Topic topic) {
    Map<String, List<JsonNode>> customers =
        topic.dump().stream()
            .map(event -> json(event.value()))
            .collect(Collectors.groupingBy(order -> order.get("customer").asText()));
    return customers.entrySet().stream()
        .map(
            customer -> {
              List<JsonNode> orders = customer.getValue();
              Amounts amounts = Amounts.of(orders.stream().map(o -> o.get("amount").asText()));
              long products = orders.stream().map(o -> o.get("product")).distinct().count();
              return "%s %d %s %s %s %s %d"
                  .formatted(
                      customer.getKey(),
                      orders.size(),
                      amounts.sum(),
                      amounts.least(),
                      amounts.most(),
                      amounts.mean(),
                      products);
            });
  }

  /** Each reading lies in the five windows that began in the last five minutes before it. */
  private static Stream<String> averages(Topic topic) {
    Map<String, List<String>> windows = new TreeMap<>();
    for (Event event : topic.dump()) {
      JsonNode reading = json(event.value());
      long minute = Instant.parse(reading.get("at").asText()).getEpochSecond() / 60 * 60;
      LongStream.range(0, 5)
          .mapToObj(back -> reading.get("sensor").asText() + " " + (minute - 60 * back))
          .forEach(
              window ->
                  windows
                      .computeIfAbsent(window, any -> new ArrayList<>())
                      .add(reading.get("celsius").asText()));
    }
    return windows.entrySet().stream()
        .map(
            window -> {
              Amounts celsius = Amounts.of(window.getValue().stream());
              return "%s %s %s".formatted(window.getKey(), celsius.mean(), celsius.most());
            });
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("this is no JSON: " + text, e);
    }
  }

  /** Decimals with two digits; their mean has six, as Spark's has. */
  private record Amounts(List<BigDecimal> all) {
    static Amounts of(Stream<String> texts) {
      return new Amounts(texts.map(BigDecimal::new).sorted().toList());
    }

    BigDecimal sum() {
      return all.stream().reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    BigDecimal mean() {
      return sum().divide(BigDecimal.valueOf(all.size()), 6, RoundingMode.HALF_UP);
    }

    BigDecimal least() {
      return all.get(0);
    }

    BigDecimal most() {
      return all.get(all.size() - 1);
    }
  }
}
