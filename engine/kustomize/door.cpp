// `kustomize build [DIR]` and its flags.

#include <array>
#include <cctype>
#include <cstdlib>
#include <map>
#include <set>

#include "base/text.h"
#include "files/output.h"
#include "kustomize/door_text.h"
#include "kustomize/edit/edit.h"
#include "kustomize/kustomize.h"
#include "kustomize/wording.h"
#include "yaml/emit.h"

namespace plumb::kustomize {

namespace {

constexpr std::string_view kVersion = "v5.8.2";

struct Request {
  BuildOptions options;
  std::string directory = ".";
  std::string output;
  bool diagnostics = false;  // plumb's own, behind kustomize's words
  bool network = false;      // what has no mirror may be fetched
};

// What a flag does; `takes` says that it has a value.
struct FlagRow {
  std::string_view name, short_name;
  bool takes;
  bool (*set)(Request& request,
              const std::string& value);  // false: the value is not one of its own
};

constexpr auto kIgnored = [](Request&, const std::string&) { return true; };

constexpr std::array kFlags{
    FlagRow{"--output", "-o", true,
            [](Request& r, const std::string& v) { return r.output = v, true; }},
    FlagRow{"--load-restrictor", "", true,
            [](Request& r, const std::string& v) {
              r.options.only_own_files = v != "LoadRestrictionsNone";
              return v == "LoadRestrictionsNone" || v == "LoadRestrictionsRootOnly";
            }},
    FlagRow{"--reorder", "", true,
            [](Request& r, const std::string& v) {
              r.options.reorder = v == "none" ? Reorder::kNone : Reorder::kLegacy;
              return v == "none" || v == "legacy";
            }},
    FlagRow{"--enable-managedby-label", "", false,
            [](Request& r, const std::string&) { return r.options.managed_by_label = true; }},
    FlagRow{"--enable-helm", "", false,
            [](Request& r, const std::string&) { return r.options.enable_helm = true; }},
    FlagRow{"--enable-alpha-plugins", "", false,
            [](Request& r, const std::string&) { return r.options.enable_plugins = true; }},
    FlagRow{"--allow-network", "", false,
            [](Request& r, const std::string&) { return r.network = true; }},
    FlagRow{"--diagnostics", "", false,
            [](Request& r, const std::string&) { return r.diagnostics = true; }},
    FlagRow{"--enable-exec", "", false, kIgnored},
    FlagRow{"--network", "", false, kIgnored},
    FlagRow{"--as-current-user", "", false, kIgnored},
    FlagRow{"--stack-trace", "", false, kIgnored},
    FlagRow{"--helm-debug", "", false, kIgnored},
    FlagRow{"--helm-command", "", true, kIgnored},
    FlagRow{"--helm-api-versions", "", true, kIgnored},
    FlagRow{"--helm-kube-version", "", true, kIgnored},
    FlagRow{"--env", "-e", true, kIgnored},
    FlagRow{"--mount", "", true, kIgnored},
    FlagRow{"--network-name", "", true, kIgnored},
};

int fail_usage(DoorStreams& streams, std::string_view text) {
  streams.err += cat("Error: ", text, "\n");
  return 1;
}

std::string illegal_value(const FlagRow& flag, const std::string& value) {
  if (flag.name == "--load-restrictor")
    return cat("illegal flag value --load-restrictor ", value,
               "; legal values: [LoadRestrictionsRootOnly LoadRestrictionsNone]");
  return cat("illegal flag value ", flag.name, " ", value, "; legal values: [legacy none]");
}

// An error's text, or nothing when `request` is complete.
std::optional<std::string> parse(std::span<const std::string> words, Request& request) {
  bool has_directory = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (!word.starts_with('-') || word == "-") {
      if (has_directory) return "specify one path to kustomization.yaml";
      request.directory = word;
      has_directory = true;
      continue;
    }
    const std::size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    const FlagRow* flag = nullptr;
    for (const FlagRow& row : kFlags)
      if (row.name == name || (!row.short_name.empty() && row.short_name == name)) flag = &row;
    if (flag == nullptr)
      return cat(word.starts_with("--") ? "unknown flag: " : "unknown shorthand flag: ", name);
    std::string value = equals == std::string::npos ? "" : word.substr(equals + 1);
    if (flag->takes && equals == std::string::npos) {
      if (++i == words.size()) return cat("flag needs an argument: ", name);
      value = words[i];
    }
    if (!flag->takes && value == "false") continue;
    if (!flag->set(request, value)) return illegal_value(*flag, value);
  }
  return std::nullopt;
}

// The path of `text` on this machine, links followed where it exists.
std::string real_path(const std::string& working_directory, const std::string& text) {
  const std::string path = text.starts_with('/') ? text : cat(working_directory, '/', text);
  char* const real = realpath(path.c_str(), nullptr);
  if (real == nullptr) return path;
  std::string result = real;
  std::free(real);
  return result;
}

std::string lower_name(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// One file an object, in a directory that is there.
void write_files(const std::string& directory, const kube::ResourceSet& set) {
  std::set<std::string> namespaces;
  for (const kube::Resource& resource : set.resources)
    namespaces.insert(resource.id.namespace_name);
  for (const kube::Resource& resource : set.resources) {
    const kube::ResourceId& id = resource.id;
    std::string name = cat(id.group.empty() ? "" : id.group + "_", id.version, "_", id.kind, "_",
                           id.name, ".yaml");
    if (namespaces.size() > 1)
      name = cat(id.namespace_name.empty() ? "default" : id.namespace_name, "_", name);
    files::write_atomically(cat(directory, '/', lower_name(name)),
                            yaml::emit(*resource.body, yaml::kKustomizeOutput));
  }
}

bool is_directory(const std::string& path) {
  const auto parent = files::open_disk("/");
  const auto inside = files::Path::parse(std::string_view(path).substr(1));
  return inside && files::lookup(*parent, *inside) == files::EntryKind::kDirectory;
}

void write_result(const Request& request, const std::string& working_directory,
                  const kube::ResourceSet& set, const SourceStore& sources, DoorStreams& streams) {
  std::string text = print(set, &sources);
  if (request.output.empty()) {
    streams.out += text;
    return;
  }
  const std::string path = request.output.starts_with('/')
                               ? request.output
                               : cat(working_directory, '/', request.output);
  if (is_directory(path))
    write_files(path, set);
  else
    files::write_atomically(path, text);
}

void show_warnings(const Diagnostics& warnings, DoorStreams& streams) {
  for (const Diagnostic& warning : warnings)
    if (const auto text = door_warning(warning)) streams.err += *text + "\n";
}

// Whether kustomize fails in the same way; what only plumb refuses is told in its own words.
bool has_counterpart(const Diagnostic& diagnostic) {
  return diagnostic.code.starts_with("yaml/") || door_text(diagnostic).has_value();
}

int run_build(std::span<const std::string> words, const std::string& working_directory,
              SourceStore& sources, DoorStreams& streams, const MirrorsOf& mirrors) {
  Request request;
  if (const auto problem = parse(words, request)) return fail_usage(streams, *problem);
  Diagnostics warnings;
  try {
    const auto tree = files::open_disk("/");
    const std::string real = real_path(working_directory, request.directory);
    const auto directory = files::Path::parse(std::string_view(real).substr(1));
    Context context{.sources = sources};
    context.tree_root = "/";
    context.warnings = &warnings;
    if (mirrors) context.mirrors = mirrors(real, request.network);
    const kube::ResourceSet set =
        build(*tree, directory.value_or(files::Path()), request.options, context);
    write_result(request, working_directory, set, sources, streams);
    show_warnings(warnings, streams);
    return 0;
  } catch (const Error& error) {
    show_warnings(warnings, streams);
    const bool told = has_counterpart(error.diagnostic());
    if (told) streams.err += cat("Error: ", words_of(error), "\n");
    if (request.diagnostics || !told) streams.err += format_diagnostic(error.diagnostic(), sources);
    return 1;
  }
}

constexpr std::string_view kHelp =
    "Manages declarative configuration of Kubernetes.\n\n"
    "Usage:\n  kustomize build [DIR] [flags]\n  kustomize edit COMMAND\n  kustomize create "
    "[flags]\n"
    "  kustomize version\n";

}  // namespace

int run_door(std::span<const std::string> arguments, const std::string& working_directory,
             SourceStore& sources, DoorStreams& streams, const MirrorsOf& mirrors) {
  if (arguments.empty() || arguments[0] == "help" || arguments[0] == "--help") {
    streams.out += kHelp;
    return 0;
  }
  if (arguments[0] == "build")
    return run_build(arguments.subspan(1), working_directory, sources, streams, mirrors);
  if (arguments[0] == "version") {
    streams.out += cat(kVersion, "\n");
    return 0;
  }
  const std::string_view command = arguments[0];
  if (command == "edit" || command == "create" || command == "init") {
    const auto tree = files::open_disk("/");
    edit::Place place{*tree, real_path(working_directory, "."), sources};
    const auto rest = arguments.subspan(1);
    return command == "edit" ? edit::run_edit(rest, place, streams)
                             : edit::run_create(rest, place, streams);
  }
  for (const std::string_view other : {"localize", "cfg", "fn", "openapi", "completion"})
    if (arguments[0] == other)
      return fail_usage(streams, cat("'kustomize ", other, "' is not supported by plumb"));
  return fail_usage(streams, cat("unknown command \"", arguments[0], "\" for \"kustomize\""));
}

}  // namespace plumb::kustomize
