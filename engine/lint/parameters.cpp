// The parameters of runs against those of the pipeline they run.

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <optional>

#include "base/suggest.h"
#include "base/text.h"
#include "lint/inspection.h"
#include "yaml/json.h"

namespace plumb::lint {

namespace {

enum class ParameterKind : std::uint8_t { kText, kInteger, kNumber, kBoolean, kList, kStruct };

struct Parameter {
  ParameterKind kind = ParameterKind::kText;
  bool needed = true;
};
using Parameters = std::map<std::string, Parameter, std::less<>>;

// Names of both compilers: KFP's IR, and the KFP 1.x SDK's annotation.
ParameterKind kind_of(std::string_view type) {
  if (type == "NUMBER_INTEGER" || type == "Integer") return ParameterKind::kInteger;
  if (type == "NUMBER_DOUBLE" || type == "Float") return ParameterKind::kNumber;
  if (type == "BOOLEAN" || type == "Bool" || type == "Boolean") return ParameterKind::kBoolean;
  if (type == "LIST" || type == "JsonArray") return ParameterKind::kList;
  if (type == "STRUCT" || type == "JsonObject") return ParameterKind::kStruct;
  return ParameterKind::kText;
}

std::string_view name_of(ParameterKind kind) {
  switch (kind) {
    case ParameterKind::kInteger:
      return "an integer";
    case ParameterKind::kNumber:
      return "a number";
    case ParameterKind::kBoolean:
      return "true or false";
    case ParameterKind::kList:
      return "a list in JSON";
    case ParameterKind::kStruct:
      return "a mapping in JSON";
    default:
      return "a text";
  }
}

// ---- what a pipeline takes ----

// root.inputDefinitions.parameters of the IR.
Parameters parameters_of_ir(const yaml::Node& ir) {
  Parameters result;
  const yaml::Node* const inputs = yaml::find_path(ir, {"root", "inputDefinitions", "parameters"});
  if (inputs == nullptr) return result;
  for (const yaml::Entry& entry : inputs->entries) {
    const yaml::Node* const optional = yaml::find(*entry.value, "isOptional");
    const bool has_default = yaml::find(*entry.value, "defaultValue") != nullptr;
    result[std::string(entry.key->text)] = {
        kind_of(yaml::text_at(*entry.value, {"parameterType"})),
        !has_default && (optional == nullptr || !yaml::as_boolean(*optional).value_or(false))};
  }
  return result;
}

// The types that the KFP 1.x SDK notes in an annotation: {"inputs": [{"name", "type",
// "optional"}]}.
void add_annotated_types(const yaml::Node& workflow, Parameters& parameters) {
  const yaml::Node* const note = yaml::find_path(
      workflow, {"metadata", "annotations", "pipelines.kubeflow.org/pipeline_spec"});
  if (note == nullptr || !note->is_string()) return;
  Arena arena;
  try {
    const yaml::Node* const inputs =
        yaml::find(*yaml::read_json(note->text, note->span, arena), "inputs");
    if (inputs == nullptr) return;
    for (const yaml::Node* const input : inputs->items) {
      const auto found = parameters.find(yaml::text_at(*input, {"name"}));
      if (found != parameters.end()) found->second.kind = kind_of(yaml::text_at(*input, {"type"}));
    }
  } catch (const Error&) {
    return;  // an annotation of someone else's making: it says nothing about types
  }
}

// spec.arguments.parameters of an Argo Workflow; one without a value has to be set.
Parameters parameters_of_workflow(const yaml::Node& workflow) {
  Parameters result;
  const yaml::Node* const list = yaml::find_path(workflow, {"spec", "arguments", "parameters"});
  if (list == nullptr) return result;
  for (const yaml::Node* const each : list->items) {
    const bool set = yaml::find(*each, "value") != nullptr ||
                     yaml::find(*each, "default") != nullptr ||
                     yaml::find(*each, "valueFrom") != nullptr;
    result[std::string(yaml::text_at(*each, {"name"}))] = {ParameterKind::kText, !set};
  }
  add_annotated_types(workflow, result);
  return result;
}

std::optional<Parameters> parameters_of(const kube::Resource& version) {
  const yaml::Node* const workflow = yaml::find_path(*version.body, {"spec", "workflow"});
  if (workflow == nullptr || !workflow->is_mapping()) return std::nullopt;
  if (yaml::find(*workflow, "pipelineInfo") != nullptr) return parameters_of_ir(*workflow);
  if (yaml::text_at(*workflow, {"kind"}) == "Workflow") return parameters_of_workflow(*workflow);
  return std::nullopt;  // something else that KFP takes; nothing is known about it
}

// ---- what a run gives ----

bool is_number(std::string_view text) {
  const std::string copy(trim(text));
  char* end = nullptr;
  std::strtod(copy.c_str(), &end);
  return !copy.empty() && *end == '\0';
}

bool is_json(std::string_view text, bool list) {
  Arena arena;
  try {
    const yaml::Node* const value = yaml::read_json(text, {}, arena);
    return list ? value->is_sequence() : value->is_mapping();
  } catch (const Error&) {
    return false;
  }
}

bool is_of(ParameterKind kind, std::string_view text) {
  if (contains(text, "[[")) return true;  // [[ScheduledTime]] and its like are filled in later
  switch (kind) {
    case ParameterKind::kInteger:
      return to_integer(trim(text)).has_value();
    case ParameterKind::kNumber:
      return is_number(text);
    case ParameterKind::kBoolean: {
      const std::string word = lower(trim(text));
      return word == "true" || word == "false";
    }
    case ParameterKind::kList:
    case ParameterKind::kStruct:
      return is_json(text, kind == ParameterKind::kList);
    default:
      return true;
  }
}

void check_given(const Inspection& inspection, const kube::Resource& run, const Parameters& known,
                 const yaml::Node& given) {
  const yaml::Node* const name = yaml::find(given, "name");
  const yaml::Node* const value = yaml::find(given, "value");
  if (name == nullptr || !name->is_scalar()) return;
  const auto found = known.find(name->text);
  if (found == known.end()) {
    std::vector<std::string> names;
    for (const auto& [each, parameter] : known) names.push_back(each);
    inspection.add("lint/unknown-parameter", run, *name,
                   cat("the pipeline has no parameter '", name->text, "'"),
                   did_you_mean(name->text, names), {std::string(name->text)});
  } else if (value != nullptr && value->is_scalar() && !is_of(found->second.kind, value->text)) {
    inspection.add(
        "lint/parameter-type", run, *value,
        cat("expected ", name_of(found->second.kind), " for the parameter '", name->text, "'"), {},
        {std::string(name->text), std::string(name_of(found->second.kind))});
  }
}

void check_run(const Inspection& inspection, const kube::Resource& run, const Parameters& known) {
  const yaml::Node* const given = yaml::find_path(*run.body, {"spec", "parameters"});
  std::vector<std::string_view> names;
  if (given != nullptr)
    for (const yaml::Node* const each : given->items) {
      names.push_back(yaml::text_at(*each, {"name"}));
      check_given(inspection, run, known, *each);
    }
  const yaml::Node* const place =
      given != nullptr ? given : yaml::find_path(*run.body, {"spec", "versionRef"});
  for (const auto& [name, parameter] : known)
    if (parameter.needed && std::find(names.begin(), names.end(), name) == names.end())
      inspection.add("lint/missing-parameter", run, *place,
                     cat("the pipeline needs a parameter '", name, "'"), {}, {name});
}

}  // namespace

void find_bad_parameters(const Inspection& inspection) {
  for (const kube::Resource& run : inspection.rendered.resources) {
    if (run.id.kind != "RecurringRun" || run.id.group != "kfp.jackhoman.com") continue;
    const kube::Resource* const version =
        inspection.objects.find(run.id.group, "PipelineVersion", run.id.namespace_name,
                                yaml::text_at(*run.body, {"spec", "versionRef"}));
    if (version == nullptr) continue;  // that is find_dangling_versions' to say
    if (const auto known = parameters_of(*version)) check_run(inspection, run, *known);
  }
}

}  // namespace plumb::lint
