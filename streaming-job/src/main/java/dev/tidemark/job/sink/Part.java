package dev.tidemark.job.sink;

import org.apache.spark.TaskContext;

/**
 * Which part of a batch a task writes.
 *
 * @param number from 1; the same whenever this part of this batch is written
 * @param of how many there are
 * @param attempt Spark's task attempt id, unique in the run
 */
public record Part(int number, int of, long attempt) {
  /** That of the task this is called in. */
  public static Part ofTask() {
    TaskContext task = TaskContext.get();
    return new Part(task.partitionId() + 1, task.numPartitions(), task.taskAttemptId());
  }
}
