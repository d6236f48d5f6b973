#include <algorithm>
#include <map>

#include "base/text.h"
#include "cli/session.h"
#include "files/output.h"
#include "yaml/emit.h"
#include "yaml/witness.h"

namespace plumb::cli {

namespace {

// A part of a file's name: what no file system minds stays, all else becomes %XX.
std::string encode_part(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.';
    if (plain) {
      out.push_back(c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += cat('%', "0123456789ABCDEF"[byte >> 4], "0123456789ABCDEF"[byte & 15]);
    }
  }
  return out == "." || out == ".." ? replace_all(out, ".", "%2E") : out;
}

std::string file_name(const kube::ResourceId& id, const yaml::Node& body) {
  const std::string group = id.group.empty() ? "" : cat(".", id.group);
  const std::string_view name = id.name.empty() ? yaml::text_at(body, {"metadata", "generateName"})
                                                : std::string_view(id.name);
  return cat(id.namespace_name.empty() ? "_" : encode_part(id.namespace_name), "/",
             encode_part(id.kind), encode_part(group), "-", encode_part(name), ".yaml");
}

std::string print(const kube::Resource& resource, bool verify) {
  std::string text = yaml::emit(*resource.body, yaml::kPlumbOutput);
  if (!verify) return text;
  if (const auto difference = yaml::find_difference(*resource.body, text)) {
    fail("render/verify", resource.body->span,
         cat("what was printed for ", kube::describe(resource.id),
             " reads differently: ", *difference),
         {{"this is a mistake in plumb; please report it"}});
  }
  return text;
}

std::string target_directory(const Outcome& outcome) {
  return cat(encode_part(outcome.target.environment->name), "/",
             encode_part(outcome.target.unit->name), "/");
}

void add_file(std::map<std::string, std::string>& files, std::string path, std::string content,
              Span place) {
  if (files.contains(path)) {
    fail("render/same-file", place, cat("two objects would be written to '", path, "'"));
  }
  files.emplace(std::move(path), std::move(content));
}

int write_directory(Invocation& invocation, const std::vector<Outcome>& outcomes) {
  std::map<std::string, std::string> files;
  std::vector<std::string> keep;
  for (const Outcome& outcome : outcomes) {
    const std::string directory = target_directory(outcome);
    if (!outcome.rendered) {
      keep.push_back(directory);
      continue;
    }
    for (const kube::Resource& resource : outcome.rendered->set.resources) {
      add_file(files, cat(directory, file_name(resource.id, *resource.body)),
               print(resource, invocation.options.verify_output), resource.body->span);
    }
    for (const render::FileArtifact& file : outcome.rendered->files) {
      add_file(files, cat(directory, "files/", encode_part(file.name)), file.content, {});
    }
  }
  const std::string& to = *invocation.options.output;
  const std::string path =
      to.starts_with('/') ? to : cat(invocation.process.working_directory, "/", to);
  const files::WriteSummary summary = files::write_directory(path, files, keep);
  invocation.process.err += cat(to, ": ", summary.written, " written, ", summary.unchanged,
                                " unchanged, ", summary.removed, " removed\n");
  return kDone;
}

void report_counts(Invocation& invocation, const std::vector<Outcome>& outcomes) {
  std::size_t objects = 0;
  std::size_t units = 0;
  std::size_t failed = 0;
  for (const Outcome& outcome : outcomes) {
    failed += outcome.error ? 1 : 0;
    if (!outcome.rendered || outcome.rendered->left_out) continue;
    objects += outcome.rendered->set.resources.size();
    ++units;
  }
  invocation.process.err += cat(count_of(objects, "object"), " in ", count_of(units, "target"),
                                failed == 0 ? std::string() : cat(", ", failed, " failed"), "\n");
}

}  // namespace

std::string manifests_of(const std::vector<Outcome>& outcomes, bool verify) {
  std::vector<kube::Resource> all;
  for (const Outcome& outcome : outcomes) {
    if (!outcome.rendered) continue;
    const auto& resources = outcome.rendered->set.resources;
    all.insert(all.end(), resources.begin(), resources.end());
  }
  kube::sort_for_apply(all);
  std::string text;
  for (const kube::Resource& resource : all) {
    if (!text.empty()) text += "---\n";
    text += print(resource, verify);
  }
  return text;
}

int run_render(Invocation& invocation) {
  Session session(invocation);
  const std::vector<render::Target> targets =
      session.targets(session.head(), invocation.options.arguments);
  const auto environments = session.environments(session.head());
  if (!invocation.options.output && environments.size() > 1) {
    fail("cli/several-environments", {},
         cat("stdout takes one environment, ", environments.size(), " are asked for"),
         {{"name one with '-e', or write all with '-o DIR'"}});
  }
  const std::vector<Outcome> outcomes = session.render_all(session.head(), targets, false);
  const bool failed = session.report_errors(outcomes) || session.report_nothing(outcomes);
  const bool unclear = session.report_not_rendered(outcomes);
  report_counts(invocation, outcomes);
  if (invocation.options.output) {
    write_directory(invocation, outcomes);
  } else if (!failed || invocation.options.keep_going) {
    invocation.process.out += manifests_of(outcomes, invocation.options.verify_output);
  }
  return failed || unclear ? kUnclear : kDone;
}

}  // namespace plumb::cli
