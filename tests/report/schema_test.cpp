// What plumb prints for machines is what schemas/ says, member by member.

#include <fstream>
#include <iterator>

#include <catch2/catch.hpp>

#include "base/text.h"
#include "report/report.h"
#include "yaml/json.h"
#include "yaml/read.h"

using namespace plumb;

namespace {

// The part of JSON Schema that those files use.
class Checker {
 public:
  explicit Checker(const yaml::Node& root) : root_(root) {}

  std::string check(const yaml::Node& schema, const yaml::Node& value,
                    const std::string& at) const {
    if (const yaml::Node* const ref = yaml::find(schema, "$ref")) {
      return check(*yaml::find_path(root_, {"$defs", ref->text.substr(8)}), value,
                   at);  // "#/$defs/"
    }
    if (const yaml::Node* const any = yaml::find(schema, "oneOf")) {
      for (const yaml::Node* const one : any->items) {
        if (check(*one, value, at).empty()) return {};
      }
      return cat(at, ": fits none of oneOf");
    }
    if (const yaml::Node* const fixed = yaml::find(schema, "const")) {
      return yaml::equal(*fixed, value) ? "" : cat(at, ": is not ", fixed->text);
    }
    if (const yaml::Node* const words = yaml::find(schema, "enum")) {
      for (const yaml::Node* const word : words->items) {
        if (yaml::equal(*word, value)) return {};
      }
      return cat(at, ": '", value.text, "' is no word of the list");
    }
    if (!has_type(schema, value)) return cat(at, ": is of another type");
    return children(schema, value, at);
  }

 private:
  static bool has_type(const yaml::Node& schema, const yaml::Node& value) {
    const yaml::Node* const type = yaml::find(schema, "type");
    if (type == nullptr) return true;
    if (type->is_scalar()) return is(type->text, value);
    for (const yaml::Node* const one : type->items) {
      if (is(one->text, value)) return true;
    }
    return false;
  }
  static bool is(std::string_view type, const yaml::Node& value) {
    return (type == "object" && value.is_mapping()) || (type == "array" && value.is_sequence()) ||
           (type == "string" && value.is_string()) || (type == "null" && value.is_null()) ||
           (type == "integer" && value.type == yaml::Type::kInteger) ||
           (type == "boolean" && value.type == yaml::Type::kBoolean);
  }

  std::string children(const yaml::Node& schema, const yaml::Node& value,
                       const std::string& at) const {
    if (const yaml::Node* const items = yaml::find(schema, "items")) {
      for (const yaml::Node* const item : value.items) {
        if (std::string wrong = check(*items, *item, at + "[]"); !wrong.empty()) return wrong;
      }
    }
    const yaml::Node* const properties = yaml::find(schema, "properties");
    if (properties == nullptr) return {};
    for (const yaml::Node* const name : yaml::find(schema, "required")->items) {
      if (yaml::find(value, name->text) == nullptr) return cat(at, ": lacks ", name->text);
    }
    for (const yaml::Entry& entry : value.entries) {
      const yaml::Node* const property = yaml::find(*properties, entry.key->text);
      if (property == nullptr) return cat(at, ": ", entry.key->text, " is not in the schema");
      std::string wrong = check(*property, *entry.value, cat(at, '.', entry.key->text));
      if (!wrong.empty()) return wrong;
    }
    return {};
  }

  const yaml::Node& root_;
};

// What is wrong with a document by the schema of that name, or "".
std::string judge(const std::string& name, const std::string& text) {
  std::ifstream file(cat(PLUMB_TESTS_DIR, "/../schemas/", name, ".schema.json"));
  const std::string schema_text{std::istreambuf_iterator<char>(file),
                                std::istreambuf_iterator<char>()};
  Arena arena;
  const yaml::Node& schema = *yaml::read_json(schema_text, {}, arena);
  return Checker(schema).check(schema, *yaml::read_json(text, {}, arena), name);
}

std::string config(std::string_view name, std::string_view data) {
  return cat("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: ", name, "}\ndata: ", data,
             "\n");
}

}  // namespace

TEST_CASE("machine formats are what their schemas say", "[report][schema]") {
  SourceStore sources;
  const auto read = [&](const std::string& text) {
    kube::ResourceSet set;
    for (const yaml::Document& document :
         yaml::read(sources, sources.add("a.yaml", text), yaml::kKubernetesProfile, *set.arena)
             .documents) {
      if (kube::is_object(*document.root)) {
        set.resources.push_back({kube::id_of(*document.root), document.root, {}});
      }
    }
    return set;
  };
  const std::string claim =
      "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\nspec: {}\n";
  kube::ResourceSet base = read(config("a", "{x: '1', y: '1'}") + config("old", "{}") + claim +
                                config("gone", "{x: '1'}"));
  kube::ResourceSet head = read(config("a", "{x: '2', z: '1'}") + config("new", "{x: '1'}"));
  const kube::ResourceId plain{"", "v1", "ConfigMap", "", "plain"};
  base.resources[1].former_ids.push_back(plain);
  head.resources[1].former_ids.push_back(plain);
  plan::Input input;
  input.has_base = true;
  input.environments.emplace_back().name = "prod";
  input.environments[0].units.push_back({"u", "", &base, &head, "", false});
  input.environments[0].units.push_back({"chart", "", nullptr, nullptr, "a Helm chart", false});
  input.environments[0].guards.allow.push_back({"delete-claim", "*", "empty", {}});
  plan::Plan plan = plan::make(input);
  plan.diagnostics.push_back(
      {Severity::kWarning, "x/y", head.resources[0].body->span, "text", {{"note"}}, {}});
  report::Masker masker;
  const report::Context context{sources, masker};
  CHECK(judge("plumb.plan", write_plan(plan, report::Format::kJson, context)) == "");
  CHECK(judge("plumb.diff", write_diff(plan, report::Format::kJson, context)) == "");
  CHECK(judge("plumb.validate",
              write_findings(plan.diagnostics, {}, report::Format::kJson, context)) == "");
  CHECK(judge("plumb.check", write_freshness({}, report::Format::kJson, context)) == "");
}
