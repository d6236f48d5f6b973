#include "ytt/workspace.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "starlark/ast.h"
#include "ytt/error.h"
#include "ytt/library.h"
#include "ytt/library_module.h"
#include "ytt/overlay.h"
#include "ytt/read.h"
#include "ytt/schema.h"
#include "ytt/validation.h"

namespace plumb::ytt {

// A template that ran or runs, with what its code may reach.
struct Workspace::Run : Builder {
  Run(Workspace& owner, std::unique_ptr<Template> made, File& its_file, const Surroundings& its)
      : Builder(*made, owner.thread_),
        workspace(owner),
        program(std::move(made)),
        file(its_file),
        around(its) {}
  Workspace& workspace;
  std::unique_ptr<Template> program;
  File& file;
  Surroundings around;
};

namespace {

std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

Directory& child_directory(Directory& parent, std::string_view name) {
  for (const auto& child : parent.children)
    if (child->name == name) return *child;
  parent.children.push_back(std::make_unique<Directory>());
  Directory& made = *parent.children.back();
  made.name = name;
  made.is_private = name == "_ytt_lib";
  return made;
}

Directory* find_child(Directory& parent, std::string_view name) {
  for (const auto& child : parent.children)
    if (child->name == name) return child.get();
  return nullptr;
}

void list_below(Directory& directory, const std::string& prefix, std::vector<PlacedFile>& out) {
  for (File* const file : directory.files)
    out.push_back({file, &directory, cat(prefix, name_of(file->path))});
  for (const auto& child : directory.children)
    if (!child->is_private) list_below(*child, cat(prefix, child->name, "/"), out);
}

Directory& find_directory(Directory& from, std::span<const std::string_view> parts) {
  Directory* now = &from;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    now = find_child(*now, parts[i]);
    if (now == nullptr)
      refuse("ytt/load", cat("Did not find '",
                             join(parts.subspan(0, std::min(i, parts.size() - 1)), "/"), "'"));
    if (now->is_private) refuse("ytt/load", "Encountered private library '_ytt_lib'");
  }
  return *now;
}

void refuse_annotation_below(Node* node, std::string_view annotation) {
  if (node == nullptr) return;
  for (const Comment& comment : node->comments)
    if (read_mark(comment, node->place).name == annotation && !node->is(Kind::kDocument))
      refuse("ytt/annotation",
             cat("Found @", annotation, " on ", type_text(node), " (", compact(node->place),
                 "); only documents (---) can be annotated with @", annotation),
             comment.place.span);
  refuse_annotation_below(node->value, annotation);
  for (Node* const item : node->items) refuse_annotation_below(item, annotation);
}

bool by_order(const PlacedFile& a, const PlacedFile& b) { return a.file->order < b.file->order; }

std::string names_of(std::span<const PlacedFile> files) {
  std::vector<std::string> names;
  for (const PlacedFile& each : files) names.push_back(each.file->path);
  return join(names, ", ");
}

Value template_replace(Thread&, const Builtin& self, const Arguments& arguments) {
  return static_cast<Builder*>(self.context)->replace(arguments);
}

// What a file's data module looks in.
struct DataContext {
  Directory& current;
  Directory& root;
};

Value data_list(Thread& thread, const Builtin& self, const Arguments& arguments) {
  const auto& context = *static_cast<const DataContext*>(self.context);
  if (arguments.positional.size() > 1)
    refuse("ytt/argument", "expected exactly zero or one argument");
  std::string_view path =
      arguments.positional.empty() ? "" : to_text_argument(arguments.positional[0]);
  const bool from_root = path.starts_with('/');
  Directory* start = from_root ? &context.root : &context.current;
  if (from_root) path.remove_prefix(1);
  if (!path.empty()) start = &find_directory(*start, split(path, '/'));
  const Value out = starlark::make_list(thread.arena());
  for (const PlacedFile& each : list_files(*start))
    out.list->items.push_back(thread.arena(), thread.text(cat(from_root ? "/" : "", each.path)));
  return out;
}

Value data_read(Thread&, const Builtin& self, const Arguments& arguments) {
  const auto& context = *static_cast<const DataContext*>(self.context);
  std::string_view path = to_text_argument(only_argument(arguments));
  const bool from_root = path.starts_with('/');
  if (from_root) path.remove_prefix(1);
  return starlark::string(find_file(from_root ? context.root : context.current, path).file->text);
}

}  // namespace

// ---- files ----

FileType type_of(const File& file) {
  if (file.marked_type) return *file.marked_type;
  const std::string_view name = name_of(file.path);
  if (name.ends_with(".yaml") || name.ends_with(".yml")) return FileType::kYaml;
  if (name.ends_with(".star")) return FileType::kStarlark;
  return name.ends_with(".txt") ? FileType::kText : FileType::kData;
}

bool is_library(const File& file) {
  const std::vector<std::string_view> parts = split(name_of(file.path), '.');
  if (parts.size() > 2 && parts[parts.size() - 2] == "lib") return true;
  return type_of(file) == FileType::kStarlark;
}

namespace {
bool is_template_by_name(const File& file) {
  const FileType type = type_of(file);
  return !is_library(file) && (type == FileType::kYaml || type == FileType::kText);
}
}  // namespace

bool is_template(const File& file) {
  return file.marked_template.value_or(is_template_by_name(file));
}

bool is_for_output(const File& file) {
  if (file.marked_for_output) return *file.marked_for_output;
  return file.marked_template.value_or(false) || is_template_by_name(file);
}

std::unique_ptr<Directory> make_tree(std::span<File* const> files) {
  auto root = std::make_unique<Directory>();
  for (File* const file : files) {
    const std::vector<std::string_view> parts = split(file->path, '/');
    Directory* now = root.get();
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) now = &child_directory(*now, parts[i]);
    now->files.push_back(file);
  }
  return root;
}

std::vector<PlacedFile> list_files(Directory& directory) {
  std::vector<PlacedFile> out;
  list_below(directory, "", out);
  return out;
}

PlacedFile find_file(Directory& from, std::string_view path) {
  std::vector<std::string_view> parts = split(path, '/');
  const std::string_view name = parts.back();
  parts.pop_back();
  Directory* directory = &from;
  if (!parts.empty())
    directory = explaining(cat("Expected to find file '", path, "', but did not: "),
                           [&] { return &find_directory(from, parts); });
  for (File* const file : directory->files)
    if (name_of(file->path) == name) return {file, directory, std::string(path)};
  refuse("ytt/load", cat("Expected to find file '", path,
                         "' (hint: only files included via -f flag are available)"));
}

Directory& find_private_library(Directory& from, std::string_view path) {
  Directory* now = nullptr;
  for (const auto& child : from.children)
    if (child->is_private && now == nullptr) now = child.get();
  if (now == nullptr)
    refuse("ytt/load", "Could not find private library (directory '_ytt_lib' missing?)");
  const std::vector<std::string_view> parts = split(path, '/');
  for (std::size_t i = 0; i < parts.size(); ++i) {
    now = find_child(*now, parts[i]);
    const std::string before = join(std::span(parts).subspan(0, i), "/");
    if (now == nullptr)
      refuse("ytt/load",
             cat("Expected to find library '", path, "', but did not find '", before, "'"));
    if (now->is_private) refuse("ytt/load", cat("Could not load private library '", before, "'"));
  }
  return *now;
}

Extracted extract_documents(Node& documents, std::string_view annotation) {
  refuse_annotation_below(&documents, annotation);
  Extracted out;
  for (Node* const document : documents.items) {
    bool found = false;
    for (const Comment& comment : document->comments) {
      if (read_mark(comment, document->place).name != annotation) continue;
      if (found)
        refuse("ytt/annotation", cat(annotation, " annotation may only be used once per document"));
      found = true;
    }
    (found ? out.matched : out.others).push_back(document);
  }
  return out;
}

// ---- running files ----

Workspace::Workspace(SourceStore& sources, Arena& arena, const Limits& limits)
    : sources_(sources), arena_(arena), limits_(limits), thread_(arena, limits) {
  thread_.host = static_cast<Host*>(this);
  thread_.print = [this](std::string_view line) {
    printed += line;
    printed.push_back('\n');
  };
  thread_.load = [this](Thread&, std::string_view name, const starlark::Program& from) {
    return load(name, from);
  };
}

Workspace::~Workspace() = default;

Node* Workspace::read(std::string_view name, std::string_view text, bool strict) {
  const SourceId id = sources_.add(std::string(name), std::string(text));
  return read_documents(sources_, id, arena_.copy(name), {true, strict}, arena_, limits_);
}

Node* Workspace::parse(File& file, const RunOptions& options) {
  if (file.source == 0) file.source = sources_.add(file.path, file.text);
  if (file.parsed == nullptr || (file.parsed_strictly != options.strict && !file.text.empty())) {
    const ReadOptions how{is_template(file) || is_library(file), options.strict};
    file.parsed = explaining(cat("Unmarshaling YAML template '", file.path, "': "), [&] {
      return read_documents(sources_, file.source, arena_.copy(file.path), how, arena_, limits_);
    });
    file.parsed_strictly = options.strict;
  }
  return copy(arena_, file.parsed);
}

Workspace::Run& Workspace::start_run(File& file, const Surroundings& around) {
  if (file.source == 0) file.source = sources_.add(file.path, file.text);
  auto made = std::make_unique<Template>();
  made->name = file.path;
  made->number = next_number_++;
  runs_.push_back(std::make_unique<Run>(*this, std::move(made), file, around));
  return *runs_.back();
}

Workspace::Evaluated Workspace::finish_run(Run& run) {
  auto& templates = run.around.library.templates;
  templates[run.program->name] = run.program.get();
  const FindTemplate find = [&templates](std::string_view name) -> const Template* {
    const auto at = templates.find(name);
    return at == templates.end() ? nullptr : at->second;
  };
  Evaluated out;
  out.module = run_template(thread_, run, find);
  return out;
}

Workspace::Evaluated Workspace::evaluate_yaml(File& file, const Surroundings& around) {
  const RunOptions& options = around.library.options;
  Node* const documents = parse(file, options);
  const bool plain = (!is_template(file) && !is_library(file)) || !has_templating(documents);
  if (plain) {
    override_keys(documents);
    return {nullptr, documents, {}};
  }
  Run& run = start_run(file, around);
  explaining(cat("Compiling YAML template '", file.path, "': "), [&] {
    compile_yaml(*run.program, *documents, sources_.text(file.source), options.templates, arena_);
  });
  Evaluated out = finish_run(run);
  out.documents = run.root() != nullptr ? run.root() : make(arena_, Kind::kDocumentSet);
  return out;
}

Workspace::Evaluated Workspace::evaluate_text(File& file, const Surroundings& around) {
  if (!is_template(file) && !is_library(file)) return {nullptr, nullptr, file.text};
  Run& run = start_run(file, around);
  explaining(cat("Parsing text template '", file.path, "': "),
             [&] { compile_text(*run.program, sources_.text(file.source), file.source, arena_); });
  return explaining("Evaluating text template: ", [&] {
    Evaluated out = finish_run(run);
    out.text = text_of(run.root());
    return out;
  });
}

Workspace::Evaluated Workspace::evaluate_starlark(File& file, const Surroundings& around) {
  Run& run = start_run(file, around);
  compile_starlark(*run.program, sources_.text(file.source), file.source);
  return explaining("Evaluating starlark template: ", [&] { return finish_run(run); });
}

Workspace::Evaluated Workspace::evaluate_file(File& file, const Surroundings& around) {
  switch (type_of(file)) {
    case FileType::kYaml:
      return evaluate_yaml(file, around);
    case FileType::kText:
      return evaluate_text(file, around);
    case FileType::kStarlark:
      return evaluate_starlark(file, around);
    default:
      refuse("ytt/load", cat("File '", file.path, "' type is not a known"));
  }
}

// ---- load ----

starlark::Module* Workspace::module_of(std::string_view name, const Value& value) {
  auto* const program = arena_.make<starlark::Program>();
  auto* const binding = arena_.make<starlark::Binding>();
  binding->name = arena_.copy(name);
  program->globals.push_back(arena_, binding);
  auto* const module = arena_.make<starlark::Module>();
  module->program = program;
  module->globals = arena_.array<Value>(1);
  module->globals[0] = value;
  return module;
}

Value Workspace::data_module(Run& run) {
  const Node* const values = run.around.library.values;
  void* const context = new (arena_.allocate(sizeof(DataContext), alignof(DataContext)))
      DataContext{run.around.directory, run.around.root};
  const auto members = std::to_array<starlark::NamedArgument>({
      {"list", make_function<data_list>(thread_, "data.list", context)},
      {"read", make_function<data_read>(thread_, "data.read", context)},
      {"values", to_struct(thread_, values == nullptr ? make(arena_, Kind::kMap) : values->value)},
  });
  return make_module(thread_, "data", members);
}

Value Workspace::module_value(std::string_view name, Run& run) {
  if (name == "data") return data_module(run);
  if (name == "library")
    return make_library_getter(*this, run.around.library, run.around.directory);
  if (name == "template") {
    const starlark::NamedArgument member{
        "replace",
        make_function<template_replace>(thread_, "template.replace", static_cast<Builder*>(&run))};
    return make_module(thread_, "template", {&member, 1});
  }
  const Value module = make_library_module(thread_, name);
  if (!module.is_set())
    refuse("ytt/load", cat("builtin ytt library does not have module '", name,
                           "' (hint: is it available in newer version of ytt?)"));
  return module;
}

starlark::Module* Workspace::load(std::string_view name, const starlark::Program& from) {
  Run& run = *static_cast<Run*>(const_cast<Builder*>(static_cast<const Builder*>(from.host)));
  Directory* current = &run.around.directory;
  Directory* root = &run.around.root;
  std::string_view path = name;
  if (name.starts_with('@')) {
    const std::size_t colon = name.find(':');
    if (colon == std::string_view::npos)
      refuse("ytt/load",
             "Expected library path to be in format '@name:path' e.g. "
             "'@github.com/vmware-tanzu/test:test.star' or '@ytt:base64'");
    const std::string_view library = name.substr(1, colon - 1);
    path = name.substr(colon + 1);
    if (library == "ytt") return module_of(path, module_value(path, run));
    current = root = &find_private_library(run.around.directory, library);
  }
  Directory& start = path.starts_with('/') ? *root : *current;
  const PlacedFile found = find_file(start, path.starts_with('/') ? path.substr(1) : path);
  if (!is_library(*found.file))
    refuse(
        "ytt/load",
        cat("Expected file '", found.file->path,
            "' to be a library file, but was not (hint: library filename must end with "
            "'.lib.yml' or '.star'; use data.read(...) for loading non-templated file contents)"));
  if (++load_depth_ > limits_.include_depth) fail_limit(limits_, &Limits::include_depth, {});
  const Evaluated out = evaluate_file(*found.file, {*found.directory, *root, run.around.library});
  --load_depth_;
  if (out.module != nullptr) return out.module;
  return arena_.make<starlark::Module>(arena_.make<starlark::Program>(), nullptr);
}

// ---- phases ----

Library& Workspace::add_library(Directory& root, const RunOptions& options) {
  libraries_.push_back({&root, options});
  return libraries_.back();
}

std::vector<PlacedFile> Workspace::files_with(Library& library, std::string_view annotation) {
  std::vector<PlacedFile> out;
  for (const PlacedFile& each : list_files(*library.root)) {
    if (type_of(*each.file) != FileType::kYaml || !is_template(*each.file)) continue;
    if (extract_documents(*parse(*each.file, library.options), annotation).matched.empty())
      continue;
    each.file->marked_for_output = false;
    out.push_back(each);
  }
  std::stable_sort(out.begin(), out.end(), by_order);
  return out;
}

std::vector<Node*> Workspace::values_documents(const PlacedFile& file, Library& library,
                                               std::string_view annotation, std::string_view what) {
  return explaining(cat("Templating file '", file.file->path, "': "), [&] {
    const Evaluated evaluated =
        evaluate_yaml(*file.file, {*file.directory, *library.root, library});
    Extracted found = extract_documents(*evaluated.documents, annotation);
    for (const Node* const other : found.others)
      if (!is_empty_document(*other))
        refuse("ytt/data-values", cat("Expected ", what, " file '", file.file->path,
                                      "' to only have ", what, " documents"));
    return std::move(found.matched);
  });
}

// The documents for this library; those for others go to `below`.
std::vector<Node*> Workspace::own_documents(std::span<const PlacedFile> files, Library& library,
                                            std::string_view annotation, std::string_view what,
                                            std::span<const Addressed> more,
                                            std::vector<Addressed>& below) {
  std::vector<Node*> out;
  const auto add = [&](const Addressed& each) {
    if (each.pieces.empty()) {
      out.push_back(each.document);
    } else {
      below.push_back(each);
    }
  };
  for (const PlacedFile& file : files)
    for (Node* const document : values_documents(file, library, annotation, what))
      add(address_of(*document));
  for (Addressed each : more) {
    each.document = copy(arena_, each.document);  // the library may be evaluated again
    add(each);
  }
  return out;
}

Node* Workspace::overlay_document(Node* left_document, Node* right_document) {
  Node* const left = make(arena_, Kind::kDocumentSet);
  left->items.push_back(arena_, left_document);
  Node* const right = make(arena_, Kind::kDocumentSet);
  right->items.push_back(arena_, right_document);
  apply_documents({thread_, true}, std::span(&left, 1), *right);
  return left->items[0];
}

void Workspace::read_schemas(Library& library, std::span<const Addressed> more) {
  const std::vector<PlacedFile> files = files_with(library, "data/values-schema");
  if (files.empty() && more.empty()) return;
  std::string names = names_of(files);
  if (!more.empty()) names += names.empty() ? "additional data values" : ", additional data values";
  explaining(cat("Overlaying data values schema (in following order: ", names, "): "), [&] {
    Node* schema = nullptr;
    for (Node* const document :
         own_documents(files, library, "data/values-schema", "schema", more, library.schemas_below))
      schema = schema == nullptr ? document : overlay_document(schema, document);
    if (schema != nullptr) library.schema = make_type(thread_, sources_, *schema);
  });
}

void Workspace::read_values(Library& library, std::span<const Addressed> more) {
  Node* const document = merged_values(library, more);
  if (!library.options.skip_validation) validate(thread_, *document);
  library.values = document;
}

Node* Workspace::merged_values(Library& library, std::span<const Addressed> more) {
  const std::vector<PlacedFile> files = files_with(library, "data/values");
  std::string names = names_of(files);
  if (!more.empty()) names += names.empty() ? "additional data values" : ", additional data values";
  return explaining(cat("Overlaying data values (in following order: ", names, "): "), [&] {
    std::vector<Node*> documents =
        own_documents(files, library, "data/values", "data values", more, library.values_below);
    if (library.schema != nullptr)
      documents.insert(documents.begin(), default_values(arena_, *library.schema));
    Node* result = nullptr;
    for (Node* const document : documents) {
      result = result == nullptr ? document : overlay_document(result, document);
      if (library.schema != nullptr) apply_schema(arena_, sources_, *library.schema, *result);
    }
    if (result != nullptr) return result;
    result = make(arena_, Kind::kDocument);
    result->value = make(arena_, Kind::kMap);
    return result;
  });
}

Evaluation Workspace::evaluate(Library& library) {
  Evaluation out;
  std::vector<OutputFile> texts;
  std::vector<std::pair<std::uint32_t, OutputFile>> documents;
  for (const PlacedFile& each : list_files(*library.root)) {
    const Surroundings around{*each.directory, *library.root, library};
    const FileType type = type_of(*each.file);
    if (!is_for_output(*each.file)) {
      if (!is_library(*each.file) || type == FileType::kData) continue;
      if (starlark::Module* const module = evaluate_file(*each.file, around).module)
        out.exports.push_back({each.path, module});
      continue;
    }
    if (type != FileType::kYaml && type != FileType::kText)
      refuse("ytt/files", "Unknown file type");
    Evaluated result = evaluate_file(*each.file, around);
    if (type == FileType::kText) {
      texts.push_back({each.path, each.file->path, type, std::move(result.text), nullptr});
    } else {
      documents.emplace_back(each.file->order,
                             OutputFile{each.path, each.file->path, type, {}, result.documents});
    }
  }
  std::stable_sort(documents.begin(), documents.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<OutputFile> files;
  for (auto& each : documents) files.push_back(std::move(each.second));
  files = overlay(std::move(files));
  check_used(library.values_below, library.schemas_below);
  texts.insert(texts.end(), std::make_move_iterator(files.begin()),
               std::make_move_iterator(files.end()));
  out.files = std::move(texts);
  return out;
}

std::vector<OutputFile> Workspace::overlay(std::vector<OutputFile> files) {
  std::vector<Node*> overlays, left;
  std::vector<std::string> names;
  std::vector<OutputFile> kept;
  for (OutputFile& file : files) {
    List<Node*> others;
    const std::size_t before = overlays.size();
    for (Node* const document : file.documents->items) {
      if (find_annotation(*document, "overlay/match") != nullptr) {
        overlays.push_back(document);
      } else if (!is_empty_document(*document)) {
        others.push_back(arena_, document);
      }
    }
    if (overlays.size() != before) names.emplace_back(file.name);
    if (others.empty()) continue;
    file.documents->items = others;
    left.push_back(file.documents);
    kept.push_back(std::move(file));
  }
  explaining(cat("Overlaying (in following order: ", join(names, ", "), "): "), [&] {
    for (Node* const document : overlays) {
      Node* const right = make(arena_, Kind::kDocumentSet);
      right->items.push_back(arena_, document);
      apply_documents({thread_, false}, left, *right);
    }
  });
  return kept;
}

}  // namespace plumb::ytt
