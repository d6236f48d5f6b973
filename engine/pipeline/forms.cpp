#include "pipeline/forms.h"

#include "base/text.h"
#include "kube/resource.h"
#include "pipeline/json_text.h"

namespace plumb::pipeline {

namespace {

using yaml::Node;

constexpr std::size_t kNameMax = 253;

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

// A text of the JSON that SDK 1.8 leaves in an annotation.
std::string annotated(const Node& workflow, std::string_view key) {
  const std::string_view json =
      yaml::text_at(workflow, {"metadata", "annotations", "pipelines.kubeflow.org/pipeline_spec"});
  const std::optional<TextRange> value = json_value(json, {key});
  const std::optional<JsonString> text = value ? json_string(json, *value) : std::nullopt;
  return text ? text->text : std::string();
}

std::string workflow_name(const Node& workflow) {
  if (std::string name = annotated(workflow, "name"); !name.empty()) return name;
  std::string_view name = yaml::text_at(workflow, {"metadata", "generateName"});
  if (name.empty()) name = yaml::text_at(workflow, {"metadata", "name"});
  while (name.ends_with('-')) name.remove_suffix(1);
  return std::string(name);
}

}  // namespace

Form form_of(const Node& root) {
  if (root.is_null()) return Form::kNothing;
  if (!root.is_mapping()) return Form::kUnknown;
  const std::string_view group = kube::split_api_version(yaml::text_at(root, {"apiVersion"})).first;
  const std::string_view kind = yaml::text_at(root, {"kind"});
  if (!kind.empty() && yaml::find(root, "apiVersion")) {
    if (group == "argoproj.io" && kind == "Workflow") return Form::kWorkflow;
    if (group == kReleaserGroup) return Form::kReleaserObject;
    if (group == kNativeGroup) return Form::kNativeObject;
    return kube::is_object(root) ? Form::kOtherObject : Form::kUnknown;
  }
  if (yaml::find(root, "pipelineInfo") && yaml::find(root, "root")) return Form::kIr;
  const Node* const platforms = yaml::find(root, "platforms");
  return platforms && platforms->is_mapping() ? Form::kPlatform : Form::kUnknown;
}

std::string pipeline_name(const Node& compiled, Form form) {
  return form == Form::kIr ? std::string(yaml::text_at(compiled, {"pipelineInfo", "name"}))
                           : workflow_name(compiled);
}

std::string pipeline_description(const Node& compiled, Form form) {
  return form == Form::kIr ? std::string(yaml::text_at(compiled, {"pipelineInfo", "description"}))
                           : annotated(compiled, "description");
}

std::string object_name(std::string_view text) {
  std::string name = lower(text);
  for (char& c : name)
    if (!is_letter_or_digit(c) && c != '.' && c != '-') c = '-';
  while (!name.empty() && !is_letter_or_digit(name.back())) name.pop_back();
  std::size_t begin = 0;
  while (begin < name.size() && !is_letter_or_digit(name[begin])) ++begin;
  return name.substr(begin);
}

bool is_object_name(std::string_view name) {
  if (name.empty() || name.size() > kNameMax) return false;
  for (const std::string_view label : split(name, '.')) {
    if (label.empty() || !is_letter_or_digit(label.front()) || !is_letter_or_digit(label.back()))
      return false;
    for (const char c : label)
      if (!is_letter_or_digit(c) && c != '-') return false;
  }
  return true;
}

}  // namespace plumb::pipeline
