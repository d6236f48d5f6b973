#pragma once
// pipeline.yaml: what a directory of compiled versions says about its pipeline.

#include <string>
#include <vector>

#include "yaml/node.h"

namespace plumb::pipeline {

struct Schedule {
  const yaml::Node* name = nullptr;
  const yaml::Node* cron = nullptr;
  const yaml::Node* version = nullptr;  // the version's file or name; null: the only one
  std::vector<std::pair<std::string, const yaml::Node*>> parameters;  // scalars, as written
  Span span;
};

// What is absent is null.
struct Meta {
  const yaml::Node* name = nullptr;
  const yaml::Node* description = nullptr;
  const yaml::Node* display_name = nullptr;
  std::vector<Schedule> schedules;
};

// Errors: pipeline/bad-meta, pipeline/unknown-key.
Meta read_meta(const yaml::Node& root);
// What a unit of plumb.yaml says wins: its displayName, and its schedules instead of the others.
void add_unit_meta(Meta& meta, const yaml::Node& unit);

}  // namespace plumb::pipeline
