package dev.tidemark.job.state;

import dev.tidemark.job.secrets.Authorities;
import dev.tidemark.job.secrets.SecretFiles;
import java.io.IOException;
import java.net.URI;
import org.apache.hadoop.fs.s3a.DefaultS3ClientFactory;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Makes the clients of Hadoop's S3 file system for a store whose certificate is signed by an
 * authority the job names ({@code s3.caSecretRef}). Hadoop has no setting for that, and its HTTP
 * client trusts what the JVM trusts; so the JVM is made to trust that authority, here because this
 * is called in drivers and executors alike, before the first connection.
 */
public final class TrustingClients extends DefaultS3ClientFactory {

  @Override
  public S3Client createS3Client(URI uri, S3ClientCreationParameters parameters)
      throws IOException {
    SecretFiles.authority("store").ifPresent(Authorities::trustInThisJvm);
    return super.createS3Client(uri, parameters);
  }
}
