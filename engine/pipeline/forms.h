#pragma once
// What a document is, by its content, and what is read from it.

#include <string>
#include <string_view>

#include "yaml/node.h"

namespace plumb::pipeline {

inline constexpr std::string_view kReleaserGroup = "kfp.jackhoman.com";
inline constexpr std::string_view kReleaserVersion = "kfp.jackhoman.com/v1alpha1";
inline constexpr std::string_view kNativeGroup = "pipelines.kubeflow.org";
inline constexpr std::string_view kNativeVersion = "pipelines.kubeflow.org/v2beta1";

enum class Form : std::uint8_t {
  kNothing,         // comments alone
  kWorkflow,        // an Argo Workflow
  kIr,              // a KFP pipeline spec
  kPlatform,        // the platform document that may follow one
  kReleaserObject,  // an object of kfp.jackhoman.com
  kNativeObject,    // Pipeline or PipelineVersion of pipelines.kubeflow.org
  kOtherObject,     // any other Kubernetes object
  kUnknown,
};
Form form_of(const yaml::Node& root);

// The name that a compiled pipeline gives itself; empty when it gives none.
std::string pipeline_name(const yaml::Node& compiled, Form form);
std::string pipeline_description(const yaml::Node& compiled, Form form);

// What may be the name of an object: lower case, other characters than letters, digits, '.' and '-'
// made '-', none of these at the ends.
std::string object_name(std::string_view text);
// Whether it is a name of at most 253 characters that Kubernetes takes (DNS-1123 subdomain).
bool is_object_name(std::string_view name);

}  // namespace plumb::pipeline
