#include "kustomize/field_spec.h"

#include <algorithm>

#include "base/diagnostic.h"
#include "base/text.h"
#include "kustomize/field_path.h"
#include "kustomize/order.h"
#include "kustomize/scalar.h"

namespace plumb::kustomize {

namespace {

class Visit {
 public:
  Visit(Arena& arena, const FieldSpec& spec, const std::vector<std::string>& parts, Make make,
        const std::function<void(yaml::Node&)>& visit)
      : arena_(arena), spec_(spec), make_(make), visit_(visit), parts_(parts) {}

  void walk(yaml::Node& node, std::size_t depth) {
    if (depth == parts_.size()) return visit_(node);
    if (node.is_null()) return;
    if (node.is_sequence()) {
      for (yaml::Node* const item : node.items) walk(*item, depth);
      return;
    }
    if (!node.is_mapping())
      fail("kustomize/field-path", node.span,
           cat("the field '", spec_.path, "' leads through a value that is neither map nor list"),
           {}, {std::string(spec_.path), "", "expected sequence or mapping node"});
    walk_map(node, depth);
  }

 private:
  void walk_map(yaml::Node& map, std::size_t depth) {
    std::string_view name = parts_[depth];
    const bool is_list = name.ends_with("[]");
    if (is_list) name.remove_suffix(2);
    name = trim(name);
    if (name.empty())
      fail("kustomize/field-path", map.span, cat("the path '", spec_.path, "' has an empty part"),
           {}, {std::string(spec_.path), "", "cannot set or create an empty field name"});
    if (is_index(name) || name == "-" || name == "*" || is_list_match(name))
      fail("kustomize/field-path", map.span,
           cat("the path '", spec_.path, "' needs a list at '", name, "', found a map"), {},
           {std::string(spec_.path), "",
            cat("fieldName: ", name,
                ": wrong node kind: expected SequenceNode but got MappingNode")});
    const bool creates = spec_.create && make_ != Make::kNothing && !is_list;
    const bool is_last = depth + 1 == parts_.size();
    const bool makes_map = creates && (!is_last || make_ == Make::kMapping);
    yaml::Node* field = yaml::find(map, name);
    if (field == nullptr) {
      if (!creates) return;
      field = makes_map ? yaml::make_mapping(arena_) : make_string(arena_, "");
      map.entries.push_back(arena_, {make_untagged(arena_, arena_.copy(name)), field});
    } else if (field->is_null() && creates) {
      become_empty(*field, makes_map);
    } else if (field->is_null() && is_list) {
      field->kind = yaml::Kind::kSequence;
      field->type = yaml::Type::kCollection;
    }
    walk(*field, depth + 1);
  }

  static void become_empty(yaml::Node& node, bool map) {
    node.kind = map ? yaml::Kind::kMapping : yaml::Kind::kScalar;
    node.type = map ? yaml::Type::kCollection : yaml::Type::kString;
    node.style = map ? yaml::Style::kBlock : yaml::Style::kPlain;
  }

  Arena& arena_;
  const FieldSpec& spec_;
  Make make_;
  const std::function<void(yaml::Node&)>& visit_;
  const std::vector<std::string>& parts_;
};

}  // namespace

std::vector<std::string> split_path(std::string_view path) {
  std::vector<std::string> parts;
  std::string part;
  if (path.starts_with('/')) path.remove_prefix(1);
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '\\' && i + 1 < path.size() && path[i + 1] == '/') {
      part.push_back('/');
      ++i;
    } else if (path[i] == '/') {
      parts.push_back(std::move(part));
      part.clear();
    } else {
      part.push_back(path[i]);
    }
  }
  parts.push_back(std::move(part));
  return parts;
}

void visit_fields(Arena& arena, yaml::Node& object, const FieldSpec& spec,
                  const std::vector<std::string>& parts, Make make,
                  const std::function<void(yaml::Node&)>& visit) {
  if (!selects(spec.gvk, gvk_of(object))) return;
  try {
    Visit(arena, spec, parts, make, visit).walk(object, 0);
  } catch (Error& error) {
    if (error.diagnostic().code == "kustomize/field-path")
      error.diagnostic().arguments[1] = describe(id_of(object));
    throw;
  }
}

void visit_fields(Arena& arena, yaml::Node& object, const FieldSpec& spec, Make make,
                  const std::function<void(yaml::Node&)>& visit) {
  if (!selects(spec.gvk, gvk_of(object))) return;
  visit_fields(arena, object, spec, split_path(spec.path), make, visit);
}

void merge_field_specs(std::vector<FieldSpec>& into, const std::vector<FieldSpec>& more) {
  for (const FieldSpec& spec : more) {
    const auto there = std::ranges::find_if(into, [&](const FieldSpec& other) {
      return selects(spec.gvk, other.gvk) && other.path == spec.path;
    });
    if (there == into.end()) {
      into.push_back(spec);
      continue;
    }
    if (there->create != spec.create)
      fail("kustomize/conflicting-field-specs", {},
           cat("the field '", spec.path, "' is given twice, with and without 'create'"), {},
           {describe(spec.gvk), std::string(spec.path)});
  }
}

namespace {

constexpr std::vector<FieldSpec> FieldTables::* kLists[] = {
    &FieldTables::name_prefix,     &FieldTables::name_suffix,
    &FieldTables::namespaces,      &FieldTables::common_labels,
    &FieldTables::template_labels, &FieldTables::volume_claim_template_labels,
    &FieldTables::labels,          &FieldTables::common_annotations,
    &FieldTables::images,          &FieldTables::replicas,
    &FieldTables::variables};

std::pair<int, std::string> sort_key(const Gvk& gvk) {
  const auto or_else = [](std::string_view text, std::string_view absent) {
    return text.empty() ? absent : text;
  };
  return {legacy_rank(gvk.kind), cat(or_else(gvk.group, "~G"), '_', or_else(gvk.version, "~V"), '_',
                                     or_else(gvk.kind, "~K"))};
}

}  // namespace

void sort_field_tables(FieldTables& tables) {
  for (const auto list : kLists)
    std::ranges::stable_sort(tables.*list, {},
                             [](const FieldSpec& spec) { return sort_key(spec.gvk); });
  std::ranges::stable_sort(tables.name_references, {},
                           [](const NameReference& reference) { return sort_key(reference.gvk); });
}

void merge_field_tables(FieldTables& into, const FieldTables& more) {
  for (const auto list : kLists) merge_field_specs(into.*list, more.*list);
  for (const NameReference& reference : more.name_references) {
    const auto there = std::ranges::find(into.name_references, reference.gvk, &NameReference::gvk);
    if (there == into.name_references.end())
      into.name_references.push_back(reference);
    else
      merge_field_specs(there->referrers, reference.referrers);
  }
  sort_field_tables(into);
}

}  // namespace plumb::kustomize
