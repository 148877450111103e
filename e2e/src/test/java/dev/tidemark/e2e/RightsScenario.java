package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.authorization.v1.ResourceAttributesBuilder;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReviewBuilder;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Who may do what, asked of the API server: what is needed, and nothing beside it. */
@ExtendWith(Stage.class)
class RightsScenario {
  private static final String OTHER = "default";

  /** One question: may it do that to that, in that namespace? */
  private record May(String verb, String group, String resource, String name, String namespace) {
    @Override
    public String toString() {
      return "%s %s/%s in %s".formatted(verb, resource, name.isEmpty() ? "*" : name, namespace);
    }
  }

  @Test
  @Tag("gate")
  void ofTheOperatorAndOfDrivers(Scene scene) {
    KubernetesClient client = scene.cluster().client();
    String here = scene.id();
    Feeder feeder = scene.feed(Play.RATE);
    Job local =
        Play.started(scene, scene.manifest(Mode.LOCAL).path(scene.checkpointPath() + "/local"));
    scene.addDatabase(here + "-wide");
    Job wide =
        scene.apply(
            scene
                .manifest(Mode.ONE_EXECUTOR)
                .name("wide")
                .database(here + "-wide")
                .path(scene.checkpointPath() + "/wide"));
    wide.awaitPhase("Running", Play.START);

    String driver = account(here, local.driver().getSpec().getServiceAccountName());
    String withExecutors = account(here, wide.driver().getSpec().getServiceAccountName());
    String operator =
        account(
            Cluster.OPERATOR,
            client
                .pods()
                .inNamespace(Cluster.OPERATOR)
                .list()
                .getItems()
                .get(0)
                .getSpec()
                .getServiceAccountName());

    for (String verb : List.of("get", "update", "patch")) {
      allows(client, driver, lease(verb, "job-driver", here));
      refuses(client, driver, lease(verb, "wide-driver", here));
      refuses(client, driver, lease(verb, "job-driver", OTHER));
      allows(client, withExecutors, lease(verb, "wide-driver", here));
      refuses(client, withExecutors, lease(verb, "job-driver", here));
    }
    for (String verb : List.of("get", "list", "create", "delete")) {
      refuses(client, driver, new May(verb, "", "pods", "", here));
      allows(client, withExecutors, new May(verb, "", "pods", "", here));
      refuses(client, withExecutors, new May(verb, "", "pods", "", OTHER));
    }
    for (String account : List.of(driver, withExecutors, operator)) {
      for (String namespace : List.of(here, OTHER, Cluster.OPERATOR)) {
        for (String verb : List.of("get", "list", "watch", "create", "patch", "delete")) {
          refuses(client, account, new May(verb, "", "secrets", "", namespace));
        }
        refuses(client, account, new May("create", "", "pods/exec", "", namespace));
        refuses(client, account, new May("create", "", "serviceaccounts/token", "", namespace));
        refuses(client, account, new May("delete", "tidemark.dev", "streamingjobs", "", namespace));
      }
      refuses(client, account, new May("impersonate", "", "users", "", ""));
      refuses(client, account, new May("create", "", "namespaces", "", ""));
      refuses(client, account, new May("get", "", "nodes", "", ""));
      refuses(
          client,
          account,
          new May("bind", "rbac.authorization.k8s.io", "clusterroles", "cluster-admin", ""));
      refuses(client, account, new May("escalate", "rbac.authorization.k8s.io", "roles", "", here));
    }
    for (String account : List.of(driver, withExecutors)) {
      refuses(client, account, new May("get", "tidemark.dev", "streamingjobs", "", here));
      refuses(client, account, new May("patch", "tidemark.dev", "streamingjobs/status", "", here));
      refuses(client, account, new May("get", "", "configmaps", "", here));
      refuses(client, account, new May("get", "", "pods/log", "", here));
    }
    allows(client, operator, new May("get", "", "pods/log", "", here));
    everythingADriverMayTheOperatorMay(client, operator, here);
    wide.delete(Play.RECOVER);
    Play.endsExact(scene, feeder);
  }

  /** Else it would hand out what it does not have. */
  private static void everythingADriverMayTheOperatorMay(
      KubernetesClient client, String operator, String namespace) {
    List<PolicyRule> rules = new ArrayList<>();
    client
        .rbac()
        .roles()
        .inNamespace(namespace)
        .list()
        .getItems()
        .forEach(role -> rules.addAll(role.getRules()));
    client.rbac().clusterRoles().list().getItems().stream()
        .filter(role -> role.getMetadata().getName().endsWith("-executors"))
        .forEach(role -> rules.addAll(role.getRules()));
    assertThat(rules).hasSizeGreaterThan(2);
    for (PolicyRule rule : rules) {
      for (String resource : rule.getResources()) {
        for (String verb : rule.getVerbs()) {
          if (!verb.equals("deletecollection")) {
            allows(
                client,
                operator,
                new May(verb, rule.getApiGroups().get(0), resource, "", namespace));
          }
        }
      }
    }
  }

  private static May lease(String verb, String name, String namespace) {
    return new May(verb, "coordination.k8s.io", "leases", name, namespace);
  }

  private static String account(String namespace, String name) {
    return "system:serviceaccount:%s:%s".formatted(namespace, name);
  }

  private static void allows(KubernetesClient client, String account, May may) {
    assertThat(allowed(client, account, may)).as(account + " may " + may).isTrue();
  }

  private static void refuses(KubernetesClient client, String account, May may) {
    assertThat(allowed(client, account, may)).as(account + " may " + may).isFalse();
  }

  private static boolean allowed(KubernetesClient client, String account, May may) {
    String[] resource = may.resource().split("/", 2);
    var attributes =
        new ResourceAttributesBuilder()
            .withVerb(may.verb())
            .withGroup(may.group())
            .withResource(resource[0])
            .withSubresource(resource.length > 1 ? resource[1] : "")
            .withName(may.name())
            .withNamespace(may.namespace())
            .build();
    return client
        .authorization()
        .v1()
        .subjectAccessReview()
        .create(
            new SubjectAccessReviewBuilder()
                .withNewSpec()
                .withUser(account)
                .withGroups("system:serviceaccounts", "system:authenticated")
                .withResourceAttributes(attributes)
                .endSpec()
                .build())
        .getStatus()
        .getAllowed();
  }
}
