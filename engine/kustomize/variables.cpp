#include "kustomize/variables.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "base/text.h"
#include "kube/resource.h"
#include "kustomize/field_path.h"
#include "kustomize/scalar.h"
#include "kustomize/transform/transform.h"
#include "kustomize/wording.h"
#include "yaml/emit.h"

namespace plumb::kustomize {

namespace {

using yaml::Node;
using yaml::Type;

Variable variable_of(const Node& entry) {
  const Node* const object = yaml::find(entry, "objref");
  const auto field = [&](std::string_view name) {
    return object != nullptr ? yaml::text_at(*object, {name}) : std::string_view{};
  };
  Variable variable{yaml::text_at(entry, {"name"}),
                    {field("group"), field("version"), field("kind")},
                    field("name"),
                    field("namespace"),
                    yaml::text_at(entry, {"fieldref", "fieldPath"}),
                    entry.span};
  const std::string_view version = field("apiVersion");
  const auto slashes = std::ranges::count(version, '/');
  if (!version.empty() && slashes == 1)
    std::tie(variable.gvk.group, variable.gvk.version) = kube::split_api_version(version);
  if (!version.empty() && slashes == 0) variable.gvk.version = version;
  if (variable.field_path.empty()) variable.field_path = "metadata.name";
  return variable;
}

bool is_meant(const Item& item, const Variable& variable) {
  const Id wanted{variable.gvk, variable.namespace_name, variable.object};
  const bool any_namespace = variable.namespace_name.empty() && !is_cluster_scoped(variable.gvk);
  const auto fits = [&](const Id& id) {
    return any_namespace ? id.name == wanted.name && id.gvk == wanted.gvk : same(id, wanted);
  };
  if (fits(item.id())) return true;
  for (std::size_t i = 0; i < item.former.size(); ++i)
    if (fits(item.former_id(i))) return true;
  return false;
}

void add_variable(std::vector<Variable>& into, const Variable& variable) {
  const auto there = std::ranges::find(into, variable.name, &Variable::name);
  if (there != into.end())
    fail("kustomize/repeated-variable", variable.span,
         cat("the var '", variable.name, "' is there twice"), {{"the first one", there->span}},
         {std::string(variable.name)});
  into.push_back(variable);
}

[[noreturn]] void fail_value(const Variable& variable, std::string text, std::string cause) {
  fail("kustomize/variable-value", variable.span, std::move(text), {}, {std::move(cause)});
}

std::string go_variable(const Variable& variable) {
  return cat("{", variable.name, " ", describe(variable.gvk), " {", variable.field_path, "}}");
}

// The vars of a file as kustomize lists them: without what stands in an apiVersion.
std::string variables_shown(const Node& list) {
  std::string shown;
  for (const Node* const entry : list.items) {
    Variable variable = variable_of(*entry);
    variable.gvk.group = yaml::text_at(*entry, {"objref", "group"});
    variable.gvk.version = yaml::text_at(*entry, {"objref", "version"});
    const bool refers = yaml::find(*entry, "fieldref") != nullptr;
    if (!refers) variable.field_path = {};
    shown += cat(shown.empty() ? "" : " ", go_variable(variable));
  }
  return shown;
}

// "ports[0]" is two parts of a var's path.
std::vector<std::string> variable_path(std::string_view path) {
  std::vector<std::string> parts;
  for (const std::string& part : split_field_path(path)) {
    const std::size_t open = part.rfind('[');
    const bool indexed = open != std::string::npos && open > 0 && part.ends_with(']') &&
                         is_index(std::string_view(part).substr(open + 1, part.size() - open - 2));
    if (!indexed) {
      parts.push_back(part);
      continue;
    }
    parts.push_back(part.substr(0, open));
    parts.push_back(part.substr(open + 1, part.size() - open - 2));
  }
  return parts;
}

std::optional<std::int64_t> go_integer(const Node& value) {
  return to_integer(value.text.substr(value.text.starts_with('+') ? 1 : 0));
}

// A number that Go's plain functions do not take from its text is no value.
bool is_go_number(const Node& value) {
  if (value.type == Type::kInteger) return go_integer(value).has_value();
  if (value.type != Type::kFloat) return true;
  const auto number = yaml::as_float(value);
  return number && std::isfinite(*number) && !contains(value.text, "_");
}

const Node& value_of(const Items& items, const Variable& variable) {
  for (const Item* const item : items.list()) {
    if (std::ranges::find(item->variables, variable.name) == item->variables.end()) continue;
    const Node* found = nullptr;
    try {
      found = look_up(*item->body, variable_path(variable.field_path), variable.span);
    } catch (const Error&) {
      found = nullptr;
    }
    if (found == nullptr || !is_go_number(*found))
      fail_value(
          variable,
          cat("the object of the var '", variable.name, "' has no '", variable.field_path, "'"),
          cat("field specified in var '", go_variable(variable),
              "' not found in corresponding resource"));
    return *found;
  }
  fail_value(variable, cat("there is no object for the var '", variable.name, "'"),
             cat("var '", go_variable(variable),
                 "' cannot be mapped to a field in the set of known resources"));
}

class Replacer {
 public:
  Replacer(Build& build, const Items& items, const std::vector<Variable>& variables)
      : build_(build) {
    for (const Variable& variable : variables)
      values_[variable.name] = {&value_of(items, variable), variable.span};
  }

  const std::set<std::string_view>& used() const { return used_; }

  void replace(Node& node) {
    if (node.is_null()) return;
    if (node.is_scalar()) {
      replace_scalar(node);
    } else if (node.is_mapping()) {
      for (const yaml::Entry& entry : node.entries) {
        if (!entry.key->is_string())
          fail("kustomize/key-type", entry.key->span,
               cat("expected a string as key, got '", entry.key->text, "'"), {},
               {cat("invalid map key: value='", entry.key->text, "', tag='!!int'")});
        if (entry.value->is_scalar()) replace_scalar(*entry.value);
      }
    } else {
      for (Node* const item : node.items) {
        if (!item->is_string())
          fail("kustomize/value-type", item->span, "expected a string in a list with vars", {},
               {"invalid value type expect a string"});
        replace_scalar(*item);
      }
    }
  }

 private:
  struct Value {
    const Node* node = nullptr;
    Span span;
  };

  static std::string wrapped(std::string_view name) { return cat("$(", name, ")"); }

  const Node* find(std::string_view name) {
    const auto there = values_.find(name);
    if (there == values_.end() || !there->second.node->is_scalar()) return nullptr;
    used_.insert(there->first);
    place_ = there->second.span;
    return there->second.node;
  }

  // Numbers and booleans go through Go's values, all else is the text that was written.
  static std::string text_of(const Node& value) {
    switch (value.type) {
      case Type::kFloat:
        return yaml::format_float(yaml::as_float(value).value_or(0));
      case Type::kInteger:
        return std::to_string(go_integer(value).value_or(0));
      case Type::kBoolean:
        return yaml::as_boolean(value).value_or(false) ? "true" : "false";
      default:
        return std::string(value.text);
    }
  }

  // "$$" is a dollar, "$(NAME)" a value, all else what it is.
  void replace_scalar(Node& node) {
    if (!node.is_string()) return;
    const std::string_view input = node.text;
    std::string out;
    place_ = {};
    for (std::size_t i = 0; i < input.size(); ++i) {
      if (input[i] != '$' || i + 1 == input.size()) {
        out += input[i];
        continue;
      }
      const std::size_t close =
          input[i + 1] == '(' ? input.find(')', i + 2) : std::string_view::npos;
      if (input[i + 1] == '$') {
        out += '$';
        ++i;
      } else if (close != std::string_view::npos) {
        const std::string_view name = input.substr(i + 2, close - i - 2);
        const Node* const value = find(name);
        if (value != nullptr && i == 0 && close + 1 == input.size()) return become(node, *value);
        out += value != nullptr ? text_of(*value) : wrapped(name);
        i = close;
      } else {
        out += cat('$', input[i + 1]);
        ++i;
      }
    }
    if (out == input) {
      node.style = yaml::Style::kPlain;
      return;
    }
    write(node, build_.arena.copy(out), Type::kString);
  }

  void become(Node& node, const Node& value) {
    const bool typed =
        value.type == Type::kFloat || value.type == Type::kInteger || value.type == Type::kBoolean;
    write(node, build_.arena.copy(text_of(value)), typed ? value.type : Type::kString);
  }

  void write(Node& node, std::string_view text, Type type) {
    const Node before = node;
    node.style = yaml::Style::kPlain;
    set_typed(node, text, type);
    build_.origins.record(node, &before, place_,
                          build_.origins.layer(yaml::LayerKind::kReplacement, "vars"));
  }

  Build& build_;
  std::map<std::string_view, Value> values_;
  std::set<std::string_view> used_;
  Span place_;
};

}  // namespace

void merge_variables(std::vector<Variable>& into, const std::vector<Variable>& more) {
  for (const Variable& variable : more) add_variable(into, variable);
}

namespace {

void record_list(const Node& list, Accumulated& into) {
  std::vector<Variable> variables;
  for (const Node* const entry : list.items) {
    const Variable variable = variable_of(*entry);
    std::vector<Item*> found;
    for (Item* const item : into.items.named(variable.object))
      if (is_meant(*item, variable)) found.push_back(item);
    if (found.size() > 1)
      fail("kustomize/variable-target", entry->span,
           cat("the var '", variable.name, "' means ", found.size(), " objects"), {},
           {cat("found ", found.size(), " resId matches for var ", go_variable(variable),
                " (unable to disambiguate)")});
    if (found.size() == 1) found.front()->variables.push_back(variable.name);
    variables.push_back(variable);
  }
  merge_variables(into.variables, variables);
}

}  // namespace

void record_variables(Build&, const Kustomization& file, Accumulated& into) {
  const Node* const list = file.find("vars");
  if (list == nullptr) return;
  during(
      "merging vars", [&] { return Arguments{variables_shown(*list)}; },
      [&] { record_list(*list, into); });
}

namespace {

// One warning for all of them, as the tool has one line.
void warn_unused(Build& build, const std::vector<Variable>& variables,
                 const std::set<std::string_view>& used) {
  std::vector<std::string> names;
  const Variable* first = nullptr;
  for (const Variable& variable : variables) {
    if (used.contains(variable.name)) continue;
    if (first == nullptr) first = &variable;
    names.emplace_back(variable.name);
  }
  if (first == nullptr) return;
  std::string text = names.size() == 1 ? cat("the var '", names[0], "' is never used")
                                       : cat("the vars '", join(names, "', '"), "' are never used");
  build.context.warnings->push_back({Severity::kWarning,
                                     "kustomize/unused-variable",
                                     first->span,
                                     std::move(text),
                                     {},
                                     {join(names, ",")}});
}

}  // namespace

void resolve_variables(Build& build, Accumulated& all) {
  if (all.variables.empty()) return;
  std::ranges::sort(all.variables, {}, &Variable::name);
  Replacer replacer(build, all.items, all.variables);
  for (Item* const item : all.items.list())
    visit_fields(build.arena, *item->body, all.tables().variables, Make::kNothing,
                 [&](const FieldSpec&, Node& node) { replacer.replace(node); });
  if (build.context.warnings == nullptr) return;
  warn_unused(build, all.variables, replacer.used());
}

}  // namespace plumb::kustomize
