package dev.tidemark.e2e.local;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Damage to one object of the newest state checkpoint; the one before it must do. What a restore
 * has replaced is not one before it: the job would stop, as it should.
 */
final class Damage {
  private Damage() {}

  /** Does it, if there are two checkpoints; returns what was done. */
  static String newestState(S3Client s3, String job, Random random) throws IOException {
    StateManifests manifests = new StateManifests(s3, job);
    List<String> newestFirst = manifests.newestFirst();
    boolean another =
        newestFirst.size() > 1 && revision(newestFirst.get(1)).equals(revision(newestFirst.get(0)));
    if (!another) {
      return "no damage: there is one state checkpoint of the revision at most";
    }
    String newest = newestFirst.get(0);
    String directory = manifests.read(newest).path("directory").asText(null);
    int kind = random.nextInt(4);
    if (kind == 0 || directory == null) {
      s3.deleteObject(r -> r.bucket(Servers.BUCKET).key(newest));
      return newest + " deleted";
    }
    String part = revision(newest) + "/" + directory + "/part-0000" + random.nextInt(2);
    if (kind == 1) {
      s3.deleteObject(r -> r.bucket(Servers.BUCKET).key(part));
      return part + " deleted";
    }
    byte[] bytes = s3.getObjectAsBytes(r -> r.bucket(Servers.BUCKET).key(part)).asByteArray();
    byte[] damaged = kind == 2 ? Arrays.copyOf(bytes, bytes.length / 2) : bytes.clone();
    for (int i = bytes.length / 3; kind == 3 && i < bytes.length; i++) {
      damaged[i] ^= 0x5a;
    }
    s3.putObject(r -> r.bucket(Servers.BUCKET).key(part), RequestBody.fromBytes(damaged));
    return part + (kind == 2 ? " cut short" : " garbled");
  }

  private static String revision(String manifest) {
    return manifest.substring(0, manifest.indexOf("/state/"));
  }
}
