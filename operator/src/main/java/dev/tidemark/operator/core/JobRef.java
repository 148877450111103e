package dev.tidemark.operator.core;

/** Which job: the uid tells an object from one of the same name that was deleted before. */
public record JobRef(String namespace, String name, String uid) {

  /** Name of the driver pod, and of the settings, of an attempt. */
  public String driver(int attempt) {
    return name + "-driver-" + attempt;
  }

  /** Name of the job's service account, Role, RoleBinding and Lease. */
  public String account() {
    return name + "-driver";
  }

  @Override
  public String toString() {
    return namespace + "/" + name;
  }
}
