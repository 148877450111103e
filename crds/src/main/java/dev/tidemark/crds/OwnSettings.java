package dev.tidemark.crds;

/**
 * Settings of Spark and Kafka that Tidemark makes itself. What a user wrote there would be ignored
 * by the driver, hence it is refused. Each constant is the inside of a CEL list and, quotes and
 * all, of the sentence that refuses: a message made by CEL from what was written costs more than
 * the API server allows.
 */
final class OwnSettings {
  /** Made from fields of the spec. */
  static final String FROM_FIELDS =
      "'spark.driver.cores', 'spark.driver.memory', 'spark.executor.cores', 'spark.executor.instances',"
          + " 'spark.executor.memory', 'spark.kubernetes.container.image', 'spark.kubernetes.executor.podTemplateFile',"
          + " 'spark.kubernetes.executor.request.cores', 'spark.streaming.kafka.maxRatePerPartition'";

  static final String SPARK =
      "'spark.app.id', 'spark.app.name', 'spark.blockManager.port', 'spark.cleaner.periodicGC.interval',"
          + " 'spark.driver.bindAddress', 'spark.driver.blockManager.port', 'spark.driver.extraJavaOptions',"
          + " 'spark.driver.host', 'spark.driver.port', 'spark.dynamicAllocation.enabled', 'spark.eventLog.enabled',"
          + " 'spark.io.compression.codec', 'spark.kubernetes.driver.pod.name',"
          + " 'spark.kubernetes.executor.deleteOnTermination', 'spark.kubernetes.executor.disableConfigMap',"
          + " 'spark.kubernetes.executor.podNamePrefix', 'spark.kubernetes.executor.podTemplateContainerName',"
          + " 'spark.kubernetes.namespace', 'spark.locality.wait', 'spark.master', 'spark.port.maxRetries',"
          + " 'spark.scheduler.mode', 'spark.serializer', 'spark.speculation',"
          + " 'spark.sql.adaptive.enabled', 'spark.sql.catalogImplementation', 'spark.sql.codegen.wholeStage',"
          + " 'spark.sql.shuffle.partitions',"
          + " 'spark.sql.streaming.checkpointFileManagerClass', 'spark.sql.streaming.checkpointLocation',"
          + " 'spark.sql.streaming.stateStore.maintenanceInterval',"
          + " 'spark.sql.streaming.stateStore.providerClass', 'spark.sql.streaming.stopTimeout',"
          + " 'spark.streaming.backpressure.enabled', 'spark.streaming.concurrentJobs',"
          + " 'spark.streaming.driver.writeAheadLog.class', 'spark.streaming.dynamicAllocation.enabled',"
          + " 'spark.streaming.kafka.allowNonConsecutiveOffsets', 'spark.streaming.stopGracefullyOnShutdown',"
          + " 'spark.submit.deployMode', 'spark.ui.enabled'";

  /** Below {@code spark.hadoop.fs.s3a.} */
  static final String S3A =
      "'access.key', 'attempts.maximum', 'audit.enabled', 'aws.credentials.provider', 'bucket.probe',"
          + " 'connection.establish.timeout', 'connection.maximum', 'connection.request.timeout',"
          + " 'connection.ssl.enabled', 'connection.timeout', 'directory.marker.retention', 'endpoint',"
          + " 'endpoint.region', 'experimental.input.fadvise', 'fast.upload.buffer', 'multipart.purge',"
          + " 'path.style.access', 'retry.interval', 'retry.limit', 'secret.key', 'session.token', 'threads.max'";

  static final String KAFKA =
      "'allow.auto.create.topics', 'auto.offset.reset', 'bootstrap.servers', 'enable.auto.commit', 'group.id',"
          + " 'group.instance.id', 'isolation.level', 'key.deserializer', 'max.poll.records', 'value.deserializer'";

  private OwnSettings() {}
}
