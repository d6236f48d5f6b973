#include "kustomize/field_spec.h"

#include <algorithm>

#include "base/diagnostic.h"
#include "base/text.h"
#include "kustomize/field_path.h"
#include "kustomize/order.h"
#include "kustomize/scalar.h"
#include "kustomize/wording.h"

namespace plumb::kustomize {

namespace {

class Visit {
 public:
  Visit(Arena& arena, const FieldSpec& spec, Make make, FunctionRef<void(yaml::Node&)> visit)
      : arena_(arena), spec_(spec), make_(make), visit_(visit) {}

  void walk(yaml::Node& node, PathParts rest) {
    if (rest.done()) return visit_(node);
    if (node.is_null()) return;
    if (node.is_sequence()) {
      for (yaml::Node* const item : node.items) walk(*item, rest);
      return;
    }
    if (!node.is_mapping())
      fail("kustomize/field-path", node.span,
           cat("the field '", spec_.path, "' leads through a value that is neither map nor list"),
           {}, {std::string(spec_.path), "", "expected sequence or mapping node"});
    walk_map(node, rest);
  }

 private:
  void walk_map(yaml::Node& map, PathParts rest) {
    std::string_view name = unescaped(rest.next());
    const bool is_list = name.ends_with("[]");
    if (is_list) name.remove_suffix(2);
    name = trim(name);
    if (name.empty())
      fail("kustomize/field-path", map.span, cat("the path '", spec_.path, "' has an empty part"),
           {}, {std::string(spec_.path), "", "cannot set or create an empty field name"});
    const bool may_select = name[0] < 'A' || name[0] == '[';
    if (may_select && (is_index(name) || name == "-" || name == "*" || is_list_match(name)))
      fail("kustomize/field-path", map.span,
           cat("the path '", spec_.path, "' needs a list at '", name, "', found a map"), {},
           {std::string(spec_.path), "",
            cat("fieldName: ", name,
                ": wrong node kind: expected SequenceNode but got MappingNode")});
    const bool creates = spec_.create && make_ != Make::kNothing && !is_list;
    const bool makes_map = creates && (!rest.done() || make_ == Make::kMapping);
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
    walk(*field, rest);
  }

  std::string_view unescaped(std::string_view part) {
    return part.find('\\') != std::string_view::npos ? arena_.copy(replace_all(part, "\\/", "/"))
                                                     : part;
  }

  static void become_empty(yaml::Node& node, bool map) {
    node.kind = map ? yaml::Kind::kMapping : yaml::Kind::kScalar;
    node.type = map ? yaml::Type::kCollection : yaml::Type::kString;
    node.style = map ? yaml::Style::kBlock : yaml::Style::kPlain;
  }

  Arena& arena_;
  const FieldSpec& spec_;
  Make make_;
  FunctionRef<void(yaml::Node&)> visit_;
};

}  // namespace

std::string_view PathParts::next() {
  std::size_t slash = rest_.find('/');
  while (slash != std::string_view::npos && slash > 0 && rest_[slash - 1] == '\\')
    slash = rest_.find('/', slash + 1);
  const std::string_view part = rest_.substr(0, slash);
  done_ = slash == std::string_view::npos;
  rest_ = done_ ? std::string_view() : rest_.substr(slash + 1);
  return part;
}

namespace {

void visit_path(Arena& arena, yaml::Node& object, const FieldSpec& spec, Make make,
                FunctionRef<void(yaml::Node&)> visit) {
  try {
    Visit(arena, spec, make, visit).walk(object, PathParts(spec.path));
  } catch (Error& error) {
    if (error.diagnostic().code == "kustomize/field-path")
      error.diagnostic().arguments[1] = describe(id_of(object));
    rethrow_during(error, "considering", {std::string(spec.path), describe(id_of(object))});
  }
}

}  // namespace

void visit_fields(Arena& arena, yaml::Node& object, const FieldSpec& spec, Make make,
                  FunctionRef<void(yaml::Node&)> visit) {
  if (spec.gvk == Gvk{} || selects(spec.gvk, gvk_of(object)))
    visit_path(arena, object, spec, make, visit);
}

void visit_fields(Arena& arena, yaml::Node& object, const std::vector<FieldSpec>& specs, Make make,
                  FunctionRef<void(const FieldSpec&, yaml::Node&)> visit) {
  Gvk gvk = gvk_of(object);
  for (const FieldSpec& spec : specs) {
    if (!selects(spec.gvk, gvk)) continue;
    bool visited = false;
    visit_path(arena, object, spec, make, [&](yaml::Node& node) {
      visited = true;
      visit(spec, node);
    });
    if (visited) gvk = gvk_of(object);  // it may have been the kind that changed
  }
}

void merge_field_specs(std::vector<FieldSpec>& into, const std::vector<FieldSpec>& more,
                       std::string_view table) {
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
           {describe(spec.gvk), std::string(spec.path), std::string(table)});
  }
}

namespace {

// In the order in which kustomize merges them, by its names.
struct ListRow {
  std::string_view name;
  std::vector<FieldSpec> FieldTables::* list;
};
constexpr ListRow kLists[] = {
    {"NamePrefix", &FieldTables::name_prefix},
    {"NameSuffix", &FieldTables::name_suffix},
    {"NameSpace", &FieldTables::namespaces},
    {"CommonAnnotations", &FieldTables::common_annotations},
    {"CommonLabels", &FieldTables::common_labels},
    {"Labels", &FieldTables::labels},
    {"TemplateLabels", &FieldTables::template_labels},
    {"VolumeClaimTemplateLabels", &FieldTables::volume_claim_template_labels},
    {"VarReference", &FieldTables::variables},
    {"Images", &FieldTables::images},
    {"Replicas", &FieldTables::replicas}};

std::pair<int, std::string> sort_key(const Gvk& gvk) {
  const auto or_else = [](std::string_view text, std::string_view absent) {
    return text.empty() ? absent : text;
  };
  return {legacy_rank(gvk.kind), cat(or_else(gvk.group, "~G"), '_', or_else(gvk.version, "~V"), '_',
                                     or_else(gvk.kind, "~K"))};
}

}  // namespace

void sort_field_tables(FieldTables& tables) {
  for (const ListRow& row : kLists)
    std::ranges::stable_sort(tables.*row.list, {},
                             [](const FieldSpec& spec) { return sort_key(spec.gvk); });
  std::ranges::stable_sort(tables.name_references, {},
                           [](const NameReference& reference) { return sort_key(reference.gvk); });
}

void merge_field_tables(FieldTables& into, const FieldTables& more) {
  for (const ListRow& row : kLists) merge_field_specs(into.*row.list, more.*row.list, row.name);
  for (const NameReference& reference : more.name_references) {
    const auto there = std::ranges::find(into.name_references, reference.gvk, &NameReference::gvk);
    if (there == into.name_references.end())
      into.name_references.push_back(reference);
    else
      merge_field_specs(there->referrers, reference.referrers, "NameReference");
  }
  sort_field_tables(into);
}

}  // namespace plumb::kustomize
