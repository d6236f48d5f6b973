#include "ytt/library_module.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "ytt/address.h"
#include "ytt/error.h"
#include "ytt/overlay.h"
#include "ytt/schema.h"

namespace plumb::ytt {
namespace {

// What library.get() gives: a library, and what code has handed to it. Changing one makes another.
struct Handle {
  Workspace* workspace = nullptr;
  Library* parent = nullptr;
  Directory* directory = nullptr;
  std::string_view path, alias;
  RunOptions options;
  List<Node*> values, schemas;  // documents
};

struct Getter {
  Workspace* workspace = nullptr;
  Library* parent = nullptr;
  Directory* current = nullptr;
};

Value make_handle(const Handle& handle);

Handle& handle_of(const Builtin& self) { return *static_cast<Handle*>(self.context); }

// "app~main", as failures call it.
std::string name_of(const Handle& handle) {
  return handle.alias.empty() ? std::string(handle.path) : cat(handle.path, "~", handle.alias);
}

// Backtraces of the library begin with its own programs.
class OwnBacktrace {
 public:
  explicit OwnBacktrace(Thread& thread)
      : thread_(thread), top_(std::exchange(thread.top, nullptr)) {}
  ~OwnBacktrace() { thread_.top = top_; }
  OwnBacktrace(const OwnBacktrace&) = delete;
  OwnBacktrace& operator=(const OwnBacktrace&) = delete;

 private:
  Thread& thread_;
  Thread::Activation* top_;
};

// ---- what is handed over ----

Node* document_of(Thread& thread, const Value& value) {
  Arena& arena = thread.arena();
  Node* const document = make(arena, Kind::kDocument);
  document->value = copy(arena, to_node(thread, value));
  settle(document->value, {});
  return document;
}

bool has_annotations(const Node* node) {
  if (node == nullptr) return false;
  return !node->annotations.empty() || has_annotations(node->value) ||
         std::any_of(node->items.begin(), node->items.end(), has_annotations);
}

void merge_plainly(Thread& thread, Node& document) {
  if (has_annotations(&document))
    refuse("ytt/data-values",
           "Expected to be plain YAML, having no annotations (hint: remove comments starting with "
           "`#@`)");
  annotate_for_plain_merge(thread, document);
}

Value with_data_values(Thread& thread, const Builtin& self, const Arguments& arguments) {
  const Value& value = only_argument(arguments);
  for (const starlark::NamedArgument& argument : arguments.named)
    if (argument.name != "plain")
      refuse("ytt/argument", cat("invalid argument name: ", argument.name));
  const bool plain = bool_option(arguments, "plain", false);
  Handle changed = handle_of(self);
  Node* const document = document_of(thread, value);
  if (plain) merge_plainly(thread, *document);
  changed.values.assign(thread.arena(), changed.values.begin(), changed.values.size());
  changed.values.push_back(thread.arena(), document);
  return make_handle(changed);
}

Value with_data_values_schema(Thread& thread, const Builtin& self, const Arguments& arguments) {
  Handle changed = handle_of(self);
  Node* const document = document_of(thread, only_argument(arguments));
  make_type(thread, changed.workspace->sources(), *copy(thread.arena(), document));
  changed.schemas.assign(thread.arena(), changed.schemas.begin(), changed.schemas.size());
  changed.schemas.push_back(thread.arena(), document);
  return make_handle(changed);
}

// ---- evaluating ----

void add_documents(const List<Node*>& documents, std::vector<Addressed>& out) {
  for (Node* const document : documents) out.push_back({document, {}});
}

// Those from outside, then those of code, then those that want to come last.
std::vector<Addressed> values_for(const Handle& handle) {
  std::vector<Addressed> out =
      take_addressed(handle.parent->values_below, handle.path, handle.alias);
  const auto last = std::stable_partition(
      out.begin(), out.end(), [](const Addressed& each) { return !each.after_library_module; });
  std::vector<Addressed> late(last, out.end());
  out.erase(last, out.end());
  add_documents(handle.values, out);
  out.insert(out.end(), late.begin(), late.end());
  return out;
}

// A new run of the library, as far as its data values.
Library& open(const Handle& handle) {
  Library& library = handle.workspace->add_library(*handle.directory, handle.options);
  std::vector<Addressed> schemas =
      take_addressed(handle.parent->schemas_below, handle.path, handle.alias);
  add_documents(handle.schemas, schemas);
  handle.workspace->read_schemas(library, schemas);
  handle.workspace->read_values(library, values_for(handle));
  return library;
}

Value eval(Thread& thread, const Builtin& self, const Arguments& arguments) {
  const Handle& handle = handle_of(self);
  const OwnBacktrace own(thread);
  return explaining(cat("Evaluating library '", name_of(handle), "': "), [&] {
    if (!arguments.positional.empty()) refuse("ytt/argument", "expected no arguments");
    const Evaluation out = handle.workspace->evaluate(open(handle));
    Node* const set = make(thread.arena(), Kind::kDocumentSet);
    for (const OutputFile& file : out.files)
      if (file.documents != nullptr)
        for (Node* const document : file.documents->items)
          set->items.push_back(thread.arena(), document);
    return make_fragment(thread, set);
  });
}

Value data_values(Thread& thread, const Builtin& self, const Arguments& arguments) {
  const Handle& handle = handle_of(self);
  const OwnBacktrace own(thread);
  return explaining(cat("Exporting from library '", name_of(handle), "': "), [&] {
    if (!arguments.positional.empty()) refuse("ytt/argument", "expected no arguments");
    return to_struct(thread, open(handle).values->value);
  });
}

struct Wanted {
  std::string_view name;
  std::optional<std::string_view> path;
};

Wanted wanted_symbol(const Arguments& arguments) {
  Wanted out{to_text_argument(only_argument(arguments)), {}};
  if (out.name.starts_with('_'))
    refuse("ytt/argument", "Symbols starting with '_' are private, and cannot be exported");
  for (const starlark::NamedArgument& argument : arguments.named) {
    if (argument.name != "path")
      refuse("ytt/argument", cat("Unexpected keyword argument '", argument.name, "'"));
    out.path = to_text_argument(argument.value);
  }
  return out;
}

Value find_symbol(std::span<const Export> exports, const Wanted& wanted) {
  Value found;
  std::vector<std::string> paths;
  for (const Export& each : exports) {
    if (wanted.path && *wanted.path != each.path) continue;
    const Value value = starlark::find_global(*each.module, wanted.name);
    if (!value.is_set()) continue;
    found = value;
    paths.push_back(each.path);
  }
  if (paths.empty())
    refuse("ytt/load", cat("Expected to find exported symbol '", wanted.name, "', but did not"));
  if (paths.size() > 1)
    refuse("ytt/load", cat("Expected to find exactly one exported symbol '", wanted.name,
                           "', but found multiple across files: ",
                           join(std::span<const std::string>(paths), ", ")));
  return found;
}

Value export_symbol(Thread& thread, const Builtin& self, const Arguments& arguments) {
  const Handle& handle = handle_of(self);
  const OwnBacktrace own(thread);
  return explaining(cat("Exporting from library '", name_of(handle), "': "), [&] {
    const Wanted wanted = wanted_symbol(arguments);
    return find_symbol(handle.workspace->evaluate(open(handle)).exports, wanted);
  });
}

// ---- the module ----

Value make_handle(const Handle& handle) {
  Thread& thread = handle.workspace->thread();
  void* const kept = thread.arena().make<Handle>(handle);
  const auto members = std::to_array<starlark::NamedArgument>({
      {"with_data_values",
       make_function<with_data_values>(thread, "library.with_data_values", kept)},
      {"with_data_values_schema",
       make_function<with_data_values_schema>(thread, "library.with_data_values_schema", kept)},
      {"eval", make_function<eval>(thread, "library.eval", kept)},
      {"export", make_function<export_symbol>(thread, "library.export", kept)},
      {"data_values", make_function<data_values>(thread, "library.data_values", kept)},
  });
  return make_module(thread, "library", members);
}

void set_option(Handle& handle, const starlark::NamedArgument& argument) {
  RunOptions& options = handle.options;
  if (argument.name == "alias") {
    handle.alias = to_text_argument(argument.value);
  } else if (argument.name == "ignore_unknown_comments") {
    options.templates.ignore_unknown_comments = to_bool_argument(argument.value);
  } else if (argument.name == "implicit_map_key_overrides") {
    options.templates.implicit_key_overrides = to_bool_argument(argument.value);
  } else if (argument.name == "strict") {
    options.strict = to_bool_argument(argument.value);
  } else if (argument.name == "dangerous_data_values_disable_validation") {
    options.skip_validation = to_bool_argument(argument.value) || options.skip_validation;
  } else {
    refuse("ytt/argument", cat("Unexpected kwarg '", argument.name, "'"));
  }
}

Value get(Thread&, const Builtin& self, const Arguments& arguments) {
  const Getter& getter = *static_cast<const Getter*>(self.context);
  const std::string_view path = to_text_argument(only_argument(arguments));
  if (path.starts_with('@'))
    refuse("ytt/argument", cat("Expected library '", path, "' to be specified without '@'"));
  Handle handle;
  handle.workspace = getter.workspace;
  handle.parent = getter.parent;
  handle.path = path;
  handle.options = getter.parent->options;
  for (const starlark::NamedArgument& argument : arguments.named) set_option(handle, argument);
  handle.directory = &find_private_library(*getter.current, path);
  return make_handle(handle);
}

}  // namespace

Value make_library_getter(Workspace& workspace, Library& parent, Directory& current) {
  Thread& thread = workspace.thread();
  void* const kept = thread.arena().make<Getter>(&workspace, &parent, &current);
  const starlark::NamedArgument member{"get", make_function<get>(thread, "library.get", kept)};
  return make_module(thread, "library", {&member, 1});
}

}  // namespace plumb::ytt
