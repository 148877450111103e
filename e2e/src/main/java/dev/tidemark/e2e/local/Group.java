package dev.tidemark.e2e.local;

import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;

/** The consumer group of a job that writes to a topic, as any tool sees it. */
final class Group implements AutoCloseable {
  private final Admin admin;
  private final String prefix;

  Group(Servers servers, String job) {
    admin = Admin.create(Map.of("bootstrap.servers", servers.kafka()));
    prefix = "tidemark.soak." + job + ".";
  }

  /** The sum of its committed offsets; 0 before it is there. */
  long committed() {
    try {
      long sum = 0;
      for (var group : admin.listGroups().all().get()) {
        if (group.groupId().startsWith(prefix)) {
          sum +=
              admin
                  .listConsumerGroupOffsets(group.groupId())
                  .partitionsToOffsetAndMetadata()
                  .get()
                  .values()
                  .stream()
                  .mapToLong(OffsetAndMetadata::offset)
                  .sum();
        }
      }
      return sum;
    } catch (ExecutionException e) {
      return 0; // the coordinator is being made
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    admin.close();
  }
}
