#include "kube/type_table.h"

#include <algorithm>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace plumb::kube;

namespace {

const FieldInfo& field_at(const char* api_version, const char* type, const char* name) {
  const TypeInfo* const found = find_struct(api_version, type);
  REQUIRE(found != nullptr);
  const FieldInfo* const field = found->field(name);
  REQUIRE(field != nullptr);
  return *field;
}

std::vector<std::string> texts(const TableTexts& range) {
  std::vector<std::string> result;
  for (const TableText& text : range.list()) result.emplace_back(text.view());
  return result;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a kind is found by apiVersion and kind", "[kube][type_table]") {
  const TypeInfo* const deployment = find_type("apps/v1", "Deployment");
  REQUIRE(deployment != nullptr);
  CHECK(deployment->scope == Scope::kNamespaced);
  CHECK(deployment->is_kind);
  CHECK(find_type("v1", "Namespace")->scope == Scope::kCluster);
  CHECK(find_type("rbac.authorization.k8s.io/v1", "ClusterRole")->scope == Scope::kCluster);
  CHECK(find_type("apps/v1", "DeploymentSpec") == nullptr);
  CHECK(find_type("apps/v2", "Deployment") == nullptr);
  CHECK(find_type("v1", "Deployment") == nullptr);
}

TEST_CASE("the fields of a type are reached through its values", "[kube][type_table]") {
  const FieldInfo& spec = field_at("apps/v1", "Deployment", "spec");
  REQUIRE(spec.value().kind == FieldKind::kStruct);
  const FieldInfo* const replicas = spec.value().type()->field("replicas");
  REQUIRE(replicas != nullptr);
  CHECK(replicas->value().kind == FieldKind::kInteger32);
  CHECK(replicas->has_fallback);
  CHECK(replicas->fallback == "1");
  CHECK_FALSE(replicas->required);
  CHECK(spec.value().type()->field("selector")->required);
  CHECK(spec.value().type()->field("selector")->immutable);
  CHECK(spec.value().type()->field("replcas") == nullptr);
  CHECK(spec.value().type()->field("template")->value().type()->name == "PodTemplateSpec");
}

TEST_CASE("lists and maps tell what they hold", "[kube][type_table]") {
  const FieldInfo& containers = field_at("v1", "PodSpec", "containers");
  REQUIRE(containers.value().kind == FieldKind::kList);
  CHECK(containers.value().element()->type()->name == "Container");
  CHECK(containers.value().type() == nullptr);
  const FieldInfo& data = field_at("v1", "Secret", "data");
  REQUIRE(data.value().kind == FieldKind::kMap);
  CHECK(data.value().element()->kind == FieldKind::kBytes);
  CHECK(field_at("v1", "ResourceRequirements", "limits").value().element()->kind ==
        FieldKind::kQuantity);
  CHECK(field_at("v1", "ServicePort", "targetPort").value().kind == FieldKind::kIntOrString);
}

TEST_CASE("merge keys and list keys are known", "[kube][type_table]") {
  const FieldInfo& ports = field_at("v1", "Container", "ports");
  CHECK(ports.merges);
  CHECK(ports.merge_key == "containerPort");
  CHECK(ports.topology == Topology::kMap);
  CHECK(texts(ports.map_keys) == Names{"containerPort", "protocol"});
  CHECK(field_at("v1", "PodSpec", "volumes").retain_keys);
  CHECK(field_at("apps/v1", "DeploymentSpec", "strategy").retain_keys);
  CHECK(find_struct("v1", "ObjectMeta") == nullptr);
  const FieldInfo& finalizers = field_at("meta/v1", "ObjectMeta", "finalizers");
  CHECK(finalizers.merges);
  CHECK(finalizers.merge_key.empty());
  CHECK(finalizers.topology == Topology::kSet);
  CHECK_FALSE(field_at("v1", "PodSpec", "tolerations").merges);
}

TEST_CASE("what a patch merges depends on the release", "[kube][type_table]") {
  CHECK(field_at("v1", "PodSpec", "containers").merges_in("1.21"));
  CHECK_FALSE(field_at("v1", "PodSpec", "schedulingGates").merges_in("1.21"));
  CHECK(field_at("v1", "PodSpec", "schedulingGates").merges_in("1.36"));
  CHECK_FALSE(field_at("v1", "EphemeralContainer", "ports").merges_in("1.21"));
  CHECK(field_at("v1", "EphemeralContainer", "ports").merges_in("1.30"));
}

TEST_CASE("what an old release did not have it does not merge", "[kube][type_table]") {
  const FieldInfo& variables = field_at("admissionregistration.k8s.io/v1beta1",
                                        "MutatingAdmissionPolicySpec", "matchConditions");
  CHECK(variables.merges);
  CHECK_FALSE(variables.merges_in("1.21"));
}

TEST_CASE("values that a server accepts and sets are known", "[kube][type_table]") {
  CHECK(texts(field_at("v1", "Container", "imagePullPolicy").enumeration) ==
        Names{"Always", "Never", "IfNotPresent"});
  CHECK(field_at("v1", "ContainerPort", "containerPort").minimum == 1);
  CHECK(field_at("v1", "ContainerPort", "containerPort").maximum == 65535);
  CHECK(field_at("v1", "ContainerPort", "containerPort").required);
  CHECK(field_at("apps/v1", "RollingUpdateDeployment", "maxSurge").fallback == "25%");
  CHECK(field_at("v1", "HostPathVolumeSource", "type").has_fallback);
  CHECK(field_at("v1", "HostPathVolumeSource", "type").fallback.empty());
}

TEST_CASE("a List of each kind is implied", "[kube][type_table]") {
  const TypeInfo* const list = find_type("v1", "PodList");
  REQUIRE(list != nullptr);
  CHECK(list->is_list);
  CHECK(list->field("items")->value().element()->type() == find_type("v1", "Pod"));
  CHECK(find_type("authorization.k8s.io/v1", "SubjectAccessReviewList") == nullptr);
}

TEST_CASE("kinds that a release stopped serving name what replaces them", "[kube][type_table]") {
  const Life* const gone = find_life("apiextensions.k8s.io/v1beta1", "CustomResourceDefinition");
  REQUIRE(gone != nullptr);
  CHECK(gone->deprecated == "1.16");
  CHECK(gone->gone == "1.22");
  CHECK(gone->is_gone_in("1.22"));
  CHECK_FALSE(gone->is_gone_in("1.21"));
  CHECK(gone->is_gone_in(""));
  CHECK(gone->replacement == "apiextensions.k8s.io/v1");
  CHECK(find_life("extensions/v1beta1", "Ingress")->replacement == "networking.k8s.io/v1");
  CHECK(find_life("extensions/v1beta1", "Deployment")->replacement == "apps/v1");
  CHECK(find_life("policy/v1beta1", "PodSecurityPolicy")->replacement.empty());
  CHECK(find_life("apps/v1", "Deployment") == nullptr);
  CHECK(find_type("batch/v1beta1", "CronJob")->until == "1.21");
}

TEST_CASE("kinds that are deprecated say since when, until when, and what to use",
          "[kube][type_table]") {
  const Life* const endpoints = find_life("v1", "Endpoints");
  REQUIRE(endpoints != nullptr);
  CHECK(endpoints->replacement_text() == "discovery.k8s.io/v1 EndpointSlice");
  CHECK(endpoints->is_deprecated_in("1.33"));
  CHECK_FALSE(endpoints->is_deprecated_in("1.32"));
  CHECK_FALSE(endpoints->is_gone_in(""));
  const Life* const claim = find_life("resource.k8s.io/v1beta1", "ResourceClaim");
  CHECK(claim->deprecated == "1.35");
  CHECK(claim->gone == "1.38");
  CHECK(claim->replacement_text() == "resource.k8s.io/v1");
  // Every release that is named is one, and what is gone was deprecated before.
  for (const TypeInfo& kind : all_kinds()) {
    const Life* const life = find_life(kind.api_version.view(), kind.name.view());
    if (life == nullptr || life->gone.empty()) continue;
    CHECK((compare_releases(life->deprecated, life->gone) < 0));
  }
}

TEST_CASE("the table is in the order that looking up needs", "[kube][type_table]") {
  const auto kinds = all_kinds();
  CHECK(kinds.size() > 250);
  for (std::size_t i = 1; i < kinds.size(); ++i) {
    const auto before = std::make_pair(kinds[i - 1].api_version.view(), kinds[i - 1].name.view());
    const auto after = std::make_pair(kinds[i].api_version.view(), kinds[i].name.view());
    CHECK(before < after);
  }
  for (const TypeInfo& kind : kinds) {
    CHECK(find_type(kind.api_version, kind.name) == &kind);
    const auto fields = kind.fields();
    for (const FieldInfo& field : fields) CHECK(kind.field(field.name) == &field);
  }
}

TEST_CASE("releases are compared as numbers", "[kube][type_table]") {
  CHECK((compare_releases("1.9", "1.21") < 0));
  CHECK((compare_releases("1.36", "1.36") == 0));
  CHECK((compare_releases("1.36.1", "1.36") > 0));
  CHECK(table_releases().front() == "1.21");
}
