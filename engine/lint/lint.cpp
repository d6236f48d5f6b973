#include "lint/lint.h"

#include <array>

#include "lint/inspection.h"

namespace plumb::lint {

namespace {

struct Rule {
  void (*find)(const Inspection&);
  std::array<RuleRow, 3> codes;  // those that are not used are empty
};

constexpr std::array kRules{
    Rule{find_duplicate_objects, {{{"lint/duplicate-object", "an object is rendered twice"}}}},
    Rule{find_dangling_pipelines,
         {{{"lint/no-pipeline", "a pipeline version names a pipeline that is not there"}}}},
    Rule{find_dangling_versions,
         {{{"lint/no-version", "a recurring run names a version that is not there"}}}},
    Rule{find_bad_parameters,
         {{{"lint/unknown-parameter", "a run sets a parameter that its pipeline does not have"},
           {"lint/missing-parameter", "a run does not set a parameter that its pipeline needs"},
           {"lint/parameter-type", "a run's parameter is not of its pipeline's type"}}}},
    Rule{
        find_dangling_tasks,
        {{{"lint/dangling-task", "a compiled pipeline names a part of itself that is not there"}}}},
    Rule{find_bad_schedules,
         {{{"lint/cron-seconds", "a schedule of five fields where the first means seconds"},
           {"lint/cron-fields", "a schedule with a wrong number of fields"},
           {"lint/bad-cron", "a schedule with a field that cannot be"}}}},
    Rule{find_plain_indexes,
         {{{"lint/index-without-simple", "a devpi index is addressed without +simple"},
           {"lint/trusted-host", "pip is given an address where it wants a host"},
           {"lint/local-index", "a pod is told to find a package index on itself"}}}},
    Rule{find_duplicate_variables,
         {{{"lint/duplicate-variable", "a container sets an environment variable twice"}}}},
    Rule{find_floating_images,
         {{{"lint/floating-image", "an image whose tag may mean another one tomorrow"}}}},
    Rule{find_small_devpi, {{{"lint/devpi-memory", "devpi with too little memory for its index"}}}},
    Rule{
        find_service_variables,
        {{{"lint/service-variable", "a variable of a container shadows that of a Service"},
          {"lint/read-variable", "a program reads a variable that a Service of this name makes"}}}},
    Rule{find_literal_secrets,
         {{{"lint/literal-secret", "a rendered Secret holds its values"},
           {"lint/unfilled-secret", "a reference to a vault that nothing filled in"}}}},
    Rule{find_shared_volumes,
         {{{"lint/rolling-volume", "a rolling update of pods that cannot share their volume"}}}},
};

}  // namespace

void check(const kube::ResourceSet& rendered, const kube::ResourceSet* live,
           Diagnostics& findings) {
  Inspection inspection{rendered, {}, findings};
  inspection.objects.add(rendered);
  if (live != nullptr) inspection.objects.add(*live);
  for (const Rule& rule : kRules) rule.find(inspection);
}

std::span<const RuleRow> rules() {
  static const std::vector<RuleRow> rows = [] {
    std::vector<RuleRow> all;
    for (const Rule& rule : kRules)
      for (const RuleRow& row : rule.codes)
        if (!row.code.empty()) all.push_back(row);
    return all;
  }();
  return rows;
}

}  // namespace plumb::lint
