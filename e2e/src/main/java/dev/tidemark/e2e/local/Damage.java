package dev.tidemark.e2e.local;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Damage to one object of the newest state checkpoint; the one before it must do. What a restore
 * has replaced is not one before it: the job would stop, as it should.
 */
final class Damage {
  private static final Pattern DIRECTORY = Pattern.compile("\"directory\" : \"([^\"]+)\"");
  private static final Pattern FLOOR = Pattern.compile("\"floorEpoch\"\\s*:\\s*(\\d+)");
  private static final Pattern MANIFEST = Pattern.compile(".*/state/e(\\d+)-\\d+\\.json");

  private final S3Client s3;

  private Damage(S3Client s3) {
    this.s3 = s3;
  }

  /** Does it, if there are two checkpoints; returns what was done. */
  static String newestState(S3Client s3, String job, Random random) {
    return new Damage(s3).newestState(job, random);
  }

  private String newestState(String job, Random random) {
    long floor = floor(job);
    List<String> manifests =
        s3
            .listObjectsV2Paginator(r -> r.bucket(Servers.BUCKET).prefix(job + "/"))
            .contents()
            .stream()
            .map(S3Object::key)
            .filter(key -> epoch(key) >= floor)
            .sorted(Comparator.reverseOrder())
            .toList();
    boolean another =
        manifests.size() > 1 && revision(manifests.get(1)).equals(revision(manifests.get(0)));
    if (!another) {
      return "no damage: there is one state checkpoint of the revision at most";
    }
    String newest = manifests.get(0);
    Matcher directory =
        DIRECTORY.matcher(
            s3.getObjectAsBytes(r -> r.bucket(Servers.BUCKET).key(newest)).asUtf8String());
    int kind = random.nextInt(4);
    if (kind == 0 || !directory.find()) {
      s3.deleteObject(r -> r.bucket(Servers.BUCKET).key(newest));
      return newest + " deleted";
    }
    String part = revision(newest) + "/" + directory.group(1) + "/part-0000" + random.nextInt(2);
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

  /** States of earlier epochs were replaced. */
  private long floor(String job) {
    Matcher floor =
        FLOOR.matcher(
            s3.getObjectAsBytes(r -> r.bucket(Servers.BUCKET).key(job + "/_tidemark/job.json"))
                .asUtf8String());
    return floor.find() ? Long.parseLong(floor.group(1)) : 0;
  }

  /** The epoch that wrote a manifest; -1 for what is none. */
  private static long epoch(String key) {
    Matcher manifest = MANIFEST.matcher(key);
    return manifest.matches() ? Long.parseLong(manifest.group(1)) : -1;
  }

  private static String revision(String manifest) {
    return manifest.substring(0, manifest.indexOf("/state/"));
  }
}
