// `namespace`: every object that may be in one gets it, and what refers to namespaces by itself
// (role bindings' subjects, webhooks) follows.

#include <unordered_set>

#include "base/text.h"
#include "kustomize/provenance.h"
#include "kustomize/scalar.h"
#include "kustomize/transform/transform.h"
#include "yaml/emit.h"

namespace plumb::kustomize {

namespace {

struct Request {
  std::string_view name;
  std::vector<FieldSpec> specs;
  std::string_view subjects = "defaultOnly";  // which subjects of role bindings
  bool unset_only = false;
  Mark mark;
};

bool is_role_binding(std::string_view kind) {
  return kind == "RoleBinding" || kind == "ClusterRoleBinding";
}

void set_namespace(Build& build, yaml::Node& node, const Request& request) {
  if (request.unset_only && !yaml::is_empty(node) && !node.text.empty()) return;
  require_scalar(node);
  if (!is_quoted(node.style)) node.type = yaml::Type::kString;
  write_typed(build, node, request.name, yaml::Type::kString, request.mark);
}

void set_subjects(Build& build, yaml::Node& body, const Request& request) {
  if (request.subjects == "none") return;
  yaml::Node* const subjects = yaml::find(body, "subjects");
  if (subjects == nullptr || subjects->is_null()) return;
  if (!subjects->is_sequence())
    fail("kustomize/field-path", subjects->span, "expected a list of subjects", {},
         {"subjects", describe(id_of(body)), "wrong node kind"});
  const bool all = request.subjects == "allServiceAccounts";
  for (yaml::Node* const subject : subjects->items) {
    if (!subject->is_mapping()) continue;
    const std::string_view wanted = all ? "ServiceAccount" : "default";
    if (yaml::text_at(*subject, {all ? "kind" : "name"}) != wanted) continue;
    yaml::Node* field = yaml::find(*subject, "namespace");
    if (field == nullptr) {
      field = make_string(build.arena, "");
      yaml::set(build.arena, *subject, "namespace", field);
    }
    set_namespace(build, *field, request);
  }
}

// Rows that this transformer does by itself.
bool is_done_otherwise(const FieldSpec& spec, const Gvk& gvk) {
  if (spec.path == "metadata/namespace") return true;
  if (spec.path == "metadata/name" && api_version(gvk) != "v1") return true;
  return is_role_binding(gvk.kind) && is_role_binding(spec.gvk.kind) &&
         spec.path == "subjects/namespace";
}

void transform_item(Build& build, Item& item, const Request& request) {
  yaml::Node& body = *item.body;
  const Gvk gvk = gvk_of(body);
  const auto set = [&](yaml::Node& node) { set_namespace(build, node, request); };
  if (!is_cluster_scoped(gvk))
    visit_fields(build.arena, body, {{}, "metadata/namespace", true}, Make::kScalar, set);
  if (is_role_binding(gvk.kind)) set_subjects(build, body, request);
  for (const FieldSpec& spec : request.specs)
    if (!is_done_otherwise(spec, gvk)) visit_fields(build.arena, body, spec, Make::kScalar, set);
}

struct SameId {
  bool operator()(const Item* a, const Item* b) const { return same(a->id(), b->id()); }
};
struct HashId {
  std::size_t operator()(const Item* item) const { return hash_of(item->id()); }
};

// As kustomize shows an object: JSON, with what it remembers.
std::string shown(const Item& item) {
  Arena arena;
  return yaml::emit_json(*with_history(arena, item));
}

void check_unique(const Items& items, const Request& request) {
  std::unordered_set<const Item*, HashId, SameId> seen;
  for (const Item* const item : items.list()) {
    const auto [there, is_new] = seen.insert(item);
    if (!is_new)
      fail("kustomize/namespace-conflict", request.mark.span,
           cat("in namespace '", request.name, "' two objects are '", describe(item->id()), "'"),
           {{"the first", (*there)->body->span}, {"the second", item->body->span}},
           {describe(item->id()), cat(shown(**there), " ", shown(*item))});
  }
}

void transform(const Step& step, const Request& request) {
  if (request.name.empty()) return;
  for (Item* const item : step.items.list()) {
    if (item->from_helm) continue;
    remember_id(*item);
    during("namespace", [&] { transform_item(step.build, *item, request); });
  }
  check_unique(step.items, request);
  step.items.reindex();
}

}  // namespace

void namespaces_from_file(const Step& step) {
  const yaml::Node& value = *step.file->find("namespace");
  transform(step, {value.text, step.tables.namespaces, "defaultOnly", false,
                   mark(step, yaml::LayerKind::kTransformer, "namespace", value.span)});
}

void namespaces_from_config(const Step& step, const yaml::Node& config) {
  const yaml::Node* const name = yaml::find_path(config, {"metadata", "namespace"});
  if (name == nullptr) return;
  std::string_view subjects = yaml::text_at(config, {"setRoleBindingSubjects"});
  if (subjects.empty()) subjects = "defaultOnly";
  if (subjects != "defaultOnly" && subjects != "allServiceAccounts" && subjects != "none")
    fail("kustomize/bad-value", yaml::find(config, "setRoleBindingSubjects")->span,
         cat("expected 'defaultOnly', 'allServiceAccounts' or 'none', got '", subjects, "'"), {},
         {cat("invalid value \"", subjects,
              "\" for setRoleBindingSubjects: must be one of \"defaultOnly\", \"none\" or "
              "\"allServiceAccounts\"")});
  const yaml::Node* const unset_only = yaml::find(config, "unsetOnly");
  transform(step, {name->text, field_specs_of(yaml::find(config, "fieldSpecs")), subjects,
                   unset_only != nullptr && yaml::as_boolean(*unset_only).value_or(false),
                   mark(step, yaml::LayerKind::kTransformer, "NamespaceTransformer", name->span)});
}

}  // namespace plumb::kustomize
