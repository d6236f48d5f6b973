#pragma once
// When two versions of a pipeline are the same.
//
// What a version's name stands for cannot change: the compiled pipeline, the pipeline that it
// belongs to, its description. When it was compiled does not count, nor do labels, tags, display
// names and status.

#include <string>

#include "yaml/node.h"

namespace plumb::pipeline {

// Whether an object is a PipelineVersion of kfp.jackhoman.com or pipelines.kubeflow.org.
bool is_version(const yaml::Node& body);
// 64 hexadecimal digits, equal for equal content.
std::string content_hash(const yaml::Node& version);
// A name that fits the content: "{pipeline}-{hash8}". What to propose when a version's content
// changed under its name.
std::string name_by_content(const yaml::Node& version);
bool same_content(const yaml::Node& a, const yaml::Node& b);

}  // namespace plumb::pipeline
