package dev.tidemark.e2e;

import java.util.concurrent.CountDownLatch;

/** Program of the demo: writes events to a topic until it is told to stop, then says how many. */
public final class Feed {
  private Feed() {}

  /** Arguments: topic, events per second, partitions (the topic is made if there is none). */
  public static void main(String[] arguments) throws InterruptedException {
    String name = arguments[0];
    int rate = Integer.parseInt(arguments[1]);
    int partitions = Integer.parseInt(arguments[2]);
    try (Cluster cluster = Cluster.connect();
        Infra infra = new Infra(cluster)) {
      Topic topic = new Topic(infra.kafka(), name);
      topic.create(partitions);
      CountDownLatch stop = new CountDownLatch(1);
      CountDownLatch stopped = new CountDownLatch(1);
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    stop.countDown();
                    try {
                      stopped.await();
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                  },
                  "stop"));
      Feeder feeder = Feeder.start(topic, System.nanoTime(), rate);
      System.out.println("feeding " + name);
      try (feeder) {
        stop.await();
      } finally {
        System.out.println(feeder.acknowledged() + " events written");
        stopped.countDown();
      }
    }
  }
}
