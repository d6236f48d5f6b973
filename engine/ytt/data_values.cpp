#include "ytt/data_values.h"

#include "base/text.h"
#include "ytt/error.h"
#include "ytt/overlay.h"
#include "ytt/read.h"

namespace plumb::ytt {
namespace {

Annotation flag(Arena& arena, std::string_view name, std::string_view argument) {
  auto* const named = arena.array<starlark::NamedArgument>(1);
  named[0] = {argument, starlark::boolean(true)};
  Annotation out;
  out.name = name;
  out.named = {named, 1};
  return out;
}

// "@library:rest", taken apart.
struct Target {
  std::string_view ref, rest;
};

Target target_of(std::string_view argument) {
  const std::size_t colon = argument.find(':');
  if (!argument.starts_with('@') || colon == std::string_view::npos) return {{}, argument};
  if (colon == 1) refuse("ytt/data-values", "Expected library ref to not be empty");
  return {argument.substr(0, colon), argument.substr(colon + 1)};
}

Target key_of(std::string_view argument) {
  const Target out = target_of(argument);
  if (out.rest.find(':') != std::string_view::npos)
    refuse("ytt/data-values",
           cat("Expected at most one library-key separator ':' in '", out.rest, "'"));
  return out;
}

struct Source {
  std::span<const std::string> arguments;
  bool yaml;
  std::string_view name;
};

class FlagReader {
 public:
  FlagReader(Workspace& workspace, const CollectFiles& collect,
             std::span<const std::string> environment)
      : workspace_(workspace), collect_(collect), environment_(environment) {}

  std::vector<Addressed> run(const ValueFlags& flags) {
    strict_ = flags.strict;
    for (const std::string& each : flags.files)
      explaining("Extracting data value from file: ", [&] { values_file(each); });
    for (const Source& source : {Source{flags.env, false, "data-values-env"},
                                 Source{flags.env_yaml, true, "data-values-env-yaml"}})
      for (const std::string& prefix : source.arguments)
        explaining(cat("Extracting data values from env under prefix '", prefix, "': "),
                   [&] { variables(prefix, source); });
    for (const Source& source :
         {Source{flags.texts, false, "data-value"}, Source{flags.yaml, true, "data-value-yaml"}})
      for (const std::string& each : source.arguments)
        explaining("Extracting data value from KV: ", [&] { key_value(each, source); });
    for (const std::string& each : flags.file_texts)
      explaining("Extracting data value from file: ", [&] { key_file(each); });
    return std::move(out_);
  }

 private:
  Node* value_of(std::string_view text, bool yaml) {
    Arena& arena = workspace_.arena();
    if (!yaml) return make_text(arena, arena.copy(text));
    return explaining("Deserializing YAML value: ", [&] {
      Node* const documents = workspace_.read("", text, strict_);
      return documents->items.empty() ? nullptr : documents->items[0]->value;
    });
  }

  void values_file(std::string_view argument) {
    const auto [ref, path] = target_of(argument);
    const std::vector<File> files = explaining(
        path == "-" ? std::string("Reading file 'stdin.yml': ") : cat("Find files '", path, "': "),
        [&] { return collect_(path); });
    std::vector<Node*> documents;
    for (const File& file : files) {
      const bool implied = file.original_path.find('/') != std::string::npos;
      if (implied && type_of(file) != FileType::kYaml) continue;
      add_values_file(file, path, workspace_, documents, strict_);
    }
    for (Node* const document : documents) add(ref, document);
  }

  void add(std::string_view ref, Node* document) {
    Addressed made{document, workspace_.arena().copy(ref)};
    if (!ref.empty()) made.pieces = parse_library_ref(made.text);
    out_.push_back(std::move(made));
  }

  void variables(std::string_view argument, const Source& source) {
    const auto [ref, prefix] = key_of(argument);
    const std::string start = cat(prefix, "_");
    for (const std::string& variable : environment_) {
      const std::size_t equals = variable.find('=');
      if (equals == std::string::npos || !variable.starts_with(start) || equals < start.size())
        continue;
      const std::string_view name = std::string_view(variable).substr(0, equals);
      Node* const value = explaining(
          cat("Extracting data value from env variable '", name, "': "),
          [&] { return value_of(std::string_view(variable).substr(equals + 1), source.yaml); });
      std::vector<std::string_view> keys;
      for (std::string_view rest = name.substr(start.size());;) {
        const std::size_t at = rest.find("__");
        keys.push_back(rest.substr(0, at));
        if (at == std::string_view::npos) break;
        rest.remove_prefix(at + 2);
      }
      add(ref, make_value_overlay(workspace_, keys, value, cat("(", source.name, " arg) ", prefix),
                                  variable));
    }
  }

  void key_value(std::string_view argument, const Source& source) {
    const std::size_t equals = argument.find('=');
    if (equals == std::string_view::npos) refuse("ytt/data-values", "Expected format key=value");
    const std::string_view name = argument.substr(0, equals);
    Node* const value = explaining(cat("Deserializing value for key '", name, "': "), [&] {
      return value_of(argument.substr(equals + 1), source.yaml);
    });
    const auto [ref, key] = key_of(name);
    add(ref, make_value_overlay(workspace_, split(key, '.'), value, cat("(", source.name, " arg)"),
                                argument));
  }

  void key_file(std::string_view argument) {
    const std::size_t equals = argument.find('=');
    if (equals == std::string_view::npos)
      refuse("ytt/data-values", "Expected format key=/file/path");
    const std::string_view path = argument.substr(equals + 1);
    const std::vector<File> files =
        explaining(cat("Finding file '", path, "': "), [&] { return collect_(path); });
    if (files.size() > 1)
      refuse("ytt/data-values", cat("Expected '", path, "' to be a file, but is a directory"));
    if (files.empty()) refuse("ytt/data-values", cat("Reading file '", path, "'"));
    const auto [ref, key] = key_of(argument.substr(0, equals));
    add(ref, make_value_overlay(workspace_, split(key, '.'), value_of(files[0].text, false),
                                cat("(data-value-file arg) ", key, "=", path), files[0].text));
  }

  Workspace& workspace_;
  const CollectFiles& collect_;
  std::span<const std::string> environment_;
  std::vector<Addressed> out_;
  bool strict_ = false;
};

}  // namespace

std::vector<Addressed> read_value_flags(const ValueFlags& flags, Workspace& workspace,
                                        const CollectFiles& collect,
                                        std::span<const std::string> environment) {
  return FlagReader(workspace, collect, environment).run(flags);
}

void add_values_file(const File& file, std::string_view shown, Workspace& workspace,
                     std::vector<Node*>& out, bool strict) {
  Node* const documents = explaining(cat("Unmarshaling YAML data values file '", file.path, "': "),
                                     [&] { return workspace.read(file.path, file.text, strict); });
  for (Node* const document : documents->items) {
    if (document->value == nullptr) continue;
    if (has_templating(document))
      refuse("ytt/data-values",
             cat("Checking data values file '", shown,
                 "': Expected to be plain YAML, having no annotations (hint: remove comments "
                 "starting with `#@`)"),
             document->place.span);
    document->comments = {};
    annotate_for_plain_merge(workspace.thread(), *document);
    out.push_back(document);
  }
}

Node* make_value_overlay(Workspace& workspace, std::span<const std::string_view> keys, Node* value,
                         std::string_view description, std::string_view line) {
  Arena& arena = workspace.arena();
  const SourceId source = workspace.sources().add(std::string(description), std::string(line));
  const Place place{
      arena.copy(description), 1, true, {source, 0, static_cast<std::uint32_t>(line.size())}};
  Node* const document = make(arena, Kind::kDocument, place);
  Node* parent = document;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    parent->value = make(arena, Kind::kMap);
    const bool last = i + 1 == keys.size();
    Node* const item =
        make_item(arena, make_text(arena, arena.copy(keys[i])), last ? value : nullptr, place);
    item->annotations.push_back(arena, flag(arena, "overlay/match", "missing_ok"));
    if (last) item->annotations.push_back(arena, flag(arena, "overlay/replace", "or_add"));
    parent->value->items.push_back(arena, item);
    parent = item;
  }
  return document;
}

}  // namespace plumb::ytt
