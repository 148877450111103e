package dev.tidemark.operator.kubernetes.manifests;

import dev.tidemark.crds.S3;
import dev.tidemark.crds.SecretRef;
import dev.tidemark.crds.Sink;
import dev.tidemark.crds.StreamingJobSpec;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.util.ArrayList;
import java.util.List;

/** The volumes of a pod and where they are mounted: settings, Secrets as files, scratch. */
final class Mounts {
  /** Where Secrets lie as files, each in a directory of its own. */
  static final String SECRETS = "/etc/tidemark/secrets/";

  /** The Secret of the checkpoint's store, and of that of the backups where it is another. */
  static final String STORE = "store";

  static final String BACKUP_STORE = "backup-store";

  /** Where a drill has the backup it reads. */
  static final String DRILL = "/var/tidemark/drill";

  final List<Volume> volumes = new ArrayList<>();
  final List<VolumeMount> mounts = new ArrayList<>();

  private Mounts() {}

  /** For driver and check pods. */
  static Mounts of(String settings, StreamingJobSpec spec, Sink before) {
    Mounts all = forExecutor(settings, spec);
    if (before != null && before.jdbc() != null) {
      // Once the position was handed over nobody needs them, and they may be deleted.
      all.secret("sink-before", before.jdbc().credentialsSecretRef(), true);
      all.secret("sink-before-ca", before.jdbc().caSecretRef(), true);
    }
    all.empty("run", "/var/run/tidemark");
    return all;
  }

  static Mounts forExecutor(String settings, StreamingJobSpec spec) {
    Mounts all = new Mounts();
    all.volumes.add(
        new VolumeBuilder()
            .withName("settings")
            .withNewConfigMap()
            .withName(settings)
            .endConfigMap()
            .build());
    all.mount("settings", "/etc/tidemark/settings", true);
    if (spec.sink() != null && spec.sink().jdbc() != null) {
      all.secret("sink", spec.sink().jdbc().credentialsSecretRef());
      all.secret("sink-ca", spec.sink().jdbc().caSecretRef());
    }
    all.store(STORE, spec.s3());
    if (spec.source() != null) {
      all.secret("kafka", spec.source().propertiesSecretRef());
      all.secret("kafka-ca", spec.source().caSecretRef());
    }
    all.empty("tmp", "/tmp");
    return all;
  }

  /** For the runs of backups: how their two stores are reached. */
  static Mounts forRun(StreamingJobSpec spec) {
    Mounts all = new Mounts();
    all.store(STORE, spec.s3());
    all.store(BACKUP_STORE, spec.backup().s3());
    all.empty("tmp", "/tmp");
    return all;
  }

  /** The same, and a place for the backup that is read. */
  static Mounts forDrill(StreamingJobSpec spec) {
    Mounts all = forRun(spec);
    all.empty("drill", DRILL);
    return all;
  }

  /** Without the Secrets, for a container that needs none of them. */
  List<VolumeMount> scratch() {
    return mounts.stream().filter(m -> !Boolean.TRUE.equals(m.getReadOnly())).toList();
  }

  private void store(String name, S3 s3) {
    if (s3 != null) {
      secret(name, s3.credentialsSecretRef());
      secret(name + "-ca", s3.caSecretRef());
    }
  }

  private void secret(String name, SecretRef ref) {
    secret(name, ref, null);
  }

  private void secret(String name, SecretRef ref, Boolean optional) {
    if (ref != null) {
      volumes.add(
          new VolumeBuilder()
              .withName(name)
              .withNewSecret()
              .withSecretName(ref.name())
              .withOptional(optional)
              .endSecret()
              .build());
      mount(name, SECRETS + name, true);
    }
  }

  private void empty(String name, String path) {
    volumes.add(new VolumeBuilder().withName(name).withNewEmptyDir().endEmptyDir().build());
    mount(name, path, null);
  }

  private void mount(String name, String path, Boolean readOnly) {
    mounts.add(
        new VolumeMountBuilder().withName(name).withMountPath(path).withReadOnly(readOnly).build());
  }
}
