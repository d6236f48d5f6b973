// `replacements`: a value from one resource, put into fields of others.

#include <algorithm>
#include <set>

#include "base/regex.h"
#include "base/text.h"
#include "kustomize/embedded.h"
#include "kustomize/field_path.h"
#include "kustomize/scalar.h"
#include "kustomize/selector.h"
#include "kustomize/shape.h"
#include "kustomize/structured_text.h"
#include "kustomize/target_path.h"
#include "kustomize/transform/transform.h"
#include "yaml/read.h"

namespace plumb::kustomize {

namespace {

using yaml::Node;

constexpr std::string_view kDefaultPath = "metadata.name";

struct Options {
  std::string_view delimiter;
  std::int64_t index = 0;
  bool create = false;
};

Options options_of(const Node& record) {
  const Node* const options = yaml::find(record, "options");
  if (options == nullptr) return {};
  const Node* const index = yaml::find(*options, "index");
  const Node* const create = yaml::find(*options, "create");
  return {yaml::text_at(*options, {"delimiter"}),
          index != nullptr ? yaml::as_integer(*index).value_or(0) : 0,
          create != nullptr && yaml::as_boolean(*create).value_or(false)};
}

std::vector<std::string> split_by(std::string_view text, std::string_view delimiter) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  for (std::size_t at = text.find(delimiter); at != std::string_view::npos;
       at = text.find(delimiter, from)) {
    parts.emplace_back(text.substr(from, at - from));
    from = at + delimiter.size();
  }
  parts.emplace_back(text.substr(from));
  return parts;
}

[[noreturn]] void fail_replacement(Span span, std::string text, std::string cause) {
  fail("kustomize/replacement", span, std::move(text), {}, {std::move(cause)});
}

// kustomize keeps what objects were called in lists divided by commas.
void check_names(const Item& item) {
  for (const FormerId& id : item.former)
    for (const std::string_view text : {id.kind, id.namespace_name, id.name})
      if (contains(text, ","))
        fail("kustomize/bookkeeping", item.body->span,
             cat("'", text, "' has a comma, which no name of an object may have"), {},
             {"error getting node IDs: number of previous names, number of previous namespaces, "
              "number of previous kinds not equal"});
}

std::vector<Id> ids_of(const Item& item) {
  check_names(item);
  std::vector<Id> ids;
  for (std::size_t i = 0; i < item.former.size(); ++i) ids.push_back(item.former_id(i));
  ids.push_back(item.id());
  return ids;
}

// ---- the source ----

Id source_id(const Node& source) {
  return {{yaml::text_at(source, {"group"}), yaml::text_at(source, {"version"}),
           yaml::text_at(source, {"kind"})},
          yaml::text_at(source, {"namespace"}),
          yaml::text_at(source, {"name"})};
}

bool is_source(const Item& item, const Id& wanted) {
  return std::ranges::any_of(ids_of(item), [&](const Id& id) {
    return (wanted.name.empty() || wanted.name == id.name) && selects(wanted.gvk, id.gvk) &&
           (wanted.namespace_name.empty() ||
            effective_namespace(wanted) == effective_namespace(id));
  });
}

// ":data.x", as kustomize shows the field behind a source.
std::string field_shown(const Node& source) {
  const std::string_view path = yaml::text_at(source, {"fieldPath"});
  return path.empty() ? std::string() : cat(":", path);
}

Item& find_source(const Items& items, const Node& source) {
  const Id wanted = source_id(source);
  Item* found = nullptr;
  for (Item* const item : wanted.name.empty() ? items.list() : items.named(wanted.name)) {
    if (!is_source(*item, wanted)) continue;
    if (found != nullptr)
      fail("kustomize/replacement", source.span,
           cat("several objects fit the source '", describe(wanted), "'"),
           {{"one", found->body->span}, {"another", item->body->span}},
           {cat("multiple matches for selector ", describe(wanted), field_shown(source))});
    found = item;
  }
  if (found == nullptr)
    fail_replacement(source.span, cat("no object fits the source '", describe(wanted), "'"),
                     cat("nothing selected by ", describe(wanted), field_shown(source)));
  return *found;
}

// One piece of a text that a delimiter divides.
Node* piece_of(Build& build, Node& value, const Options& options, Span span) {
  if (options.delimiter.empty()) return &value;
  if (!value.is_scalar())
    fail_replacement(span, "a delimiter needs a scalar",
                     "delimiter option can only be used with scalar nodes");
  const std::vector<std::string> parts = split_by(value.text, options.delimiter);
  if (options.index < 0 || options.index >= static_cast<std::int64_t>(parts.size()))
    fail_replacement(
        span, cat("'", value.text, "' has no part ", options.index),
        cat("options.index ", options.index, " is out of bounds for value ", value.text));
  Node* const piece = yaml::copy_shallow(build.arena, value);
  piece->text = build.arena.copy(parts[static_cast<std::size_t>(options.index)]);
  return piece;
}

Node* source_value(const Step& step, const Node& replacement) {
  const Node* const source = yaml::find(replacement, "source");
  const Node* const constant = yaml::find(replacement, "sourceValue");
  if (source != nullptr && constant != nullptr)
    fail_replacement(replacement.span, "expected 'source' or 'sourceValue', got both",
                     "value and resource selectors are mutually exclusive");
  if (constant != nullptr) return make_untagged(step.build.arena, constant->text, constant->span);
  Item& item = find_source(step.items, *source);
  const Node* const given = yaml::find(*source, "fieldPath");
  const std::string_view path =
      given != nullptr && !given->text.empty() ? given->text : kDefaultPath;
  Node* const value = during("replacement source", [&] {
    return look_up(*item.body, split_field_path(path), source->span);
  });
  if (value == nullptr || yaml::is_empty(*value))
    fail("kustomize/replacement", given != nullptr ? given->span : source->span,
         cat("the source '", describe(item.id()), "' has no '", path, "'"),
         {{"the source", item.body->span}},
         {cat("fieldPath `", path, "` is missing for replacement source ",
              describe(source_id(*source)))});
  return piece_of(step.build, *value, options_of(*source), source->span);
}

// ---- the targets ----

// What is selected, minus what is rejected.
class TargetSelector {
 public:
  explicit TargetSelector(const Node& target) : select_(select_of(target)) {
    if (const Node* const list = yaml::find(target, "reject")) {
      for (const Node* const entry : list->items) {
        rejects_.emplace_back(*entry);
        has_id_.push_back(std::ranges::any_of(entry->entries, [](const yaml::Entry& field) {
          return !field.key->text.ends_with("Selector") && !field.value->text.empty();
        }));
        has_metadata_.push_back(!yaml::text_at(*entry, {"labelSelector"}).empty() ||
                                !yaml::text_at(*entry, {"annotationSelector"}).empty());
      }
    }
  }

  bool takes(const Item& item) const {
    if (!select_.matches_metadata(*item.body)) return false;
    const std::vector<Id> ids = ids_of(item);
    for (std::size_t i = 0; i < rejects_.size(); ++i) {
      if (has_metadata_[i] && rejects_[i].matches_metadata(*item.body)) return false;
      if (has_id_[i] &&
          std::ranges::any_of(ids, [&](const Id& id) { return fits(rejects_[i], id); }))
        return false;
    }
    return std::ranges::any_of(ids, [&](const Id& id) { return fits(select_, id); });
  }

  std::vector<Item*> candidates(const Items& items) const {
    const auto name = select_.literal_name();
    return name ? items.named(*name) : items.list();
  }

 private:
  static const Node& select_of(const Node& target) {
    const Node* const select = yaml::find(target, "select");
    if (select == nullptr)
      fail_replacement(target.span, "the target has no 'select'",
                       "target must specify resources to select");
    return *select;
  }
  static bool fits(const Selector& selector, const Id& id) {
    return selector.matches_gvk(id.gvk) && selector.matches_name(id.name) &&
           selector.matches_namespace(id.namespace_name);
  }

  Selector select_;
  std::vector<Selector> rejects_;
  std::vector<bool> has_id_, has_metadata_;
};

void apply_to(const Step& step, Item& item, const Node& value, const Node& path,
              const Options& options, const Mark& mark) {
  const std::vector<std::string> parts = split_field_path(path.text);
  const auto set = [&](const Target& target) {
    set_target(step.build, target, value, options.delimiter, options.index, mark);
  };
  if (parts.size() > 1 &&
      set_in_structured_text(step.build, *item.body, parts, options.create ? &value : nullptr, set,
                             mark, path.span))
    return;
  const std::string shown =
      cat(options.create ? "unable to find or create field " : "unable to find field ",
          go_quoted(path.text), " in replacement target");
  std::vector<Target> targets;
  try {
    targets =
        find_targets(step.build, *item.body, parts, options.create ? &value : nullptr, path.span);
  } catch (Error& error) {
    if (error.diagnostic().code == "kustomize/field-path-part") {
      auto& arguments = error.diagnostic().arguments;
      arguments.front() = cat(shown, ": ", arguments.front());
      error.diagnostic().notes.push_back({"the target", item.body->span});
    }
    throw;
  }
  if (targets.empty())
    fail("kustomize/replacement", path.span,
         cat("'", describe(item.id()), "' has no field '", path.text, "'"),
         {{"the target", item.body->span}, {"'options: {create: true}' makes it"}}, {shown});
  for (const Target& target : targets) set(target);
}

void apply_target(const Step& step, const Node& value, const Node& target, const Mark& mark) {
  const TargetSelector selector = during("target selector", [&] { return TargetSelector(target); });
  const Options options = options_of(target);
  const Node* const paths = yaml::find(target, "fieldPaths");
  Node default_path;
  default_path.text = kDefaultPath;
  default_path.span = target.span;
  for (Item* const item : selector.candidates(step.items)) {
    if (!selector.takes(*item)) continue;
    if (paths == nullptr || paths->items.empty()) {
      apply_to(step, *item, value, default_path, options, mark);
    } else {
      for (const Node* const path : paths->items)
        apply_to(step, *item, value, *path, options, mark);
    }
    step.items.note(item);
  }
}

void run_replacement(const Step& step, const Node& replacement) {
  const Node* const targets = yaml::find(replacement, "targets");
  const bool has_source = yaml::find(replacement, "source") != nullptr ||
                          yaml::find(replacement, "sourceValue") != nullptr;
  if (!has_source || targets == nullptr)
    fail_replacement(replacement.span, "a replacement needs a source and targets",
                     "replacements must specify a source and at least one target");
  const Mark writer = mark(step, yaml::LayerKind::kReplacement, "replacements", replacement.span);
  const Node* const value = source_value(step, replacement);
  for (const Node* const target : targets->items) {
    if (target->entries.empty())
      fail_replacement(target->span, "the target has no 'select'",
                       "target must specify resources to select");
    apply_target(step, *value, *target, {target->span, writer.layer});
  }
}

// The replacements of a file: one, or a list.
std::vector<const Node*> read_file(const Step& step, const Node& path) {
  Build& build = step.build;
  const File file = load_file(build, step.root, path.text, path.span);
  const std::string_view text = build.context.sources.text(file.source);
  yaml::Profile profile = yaml::kKustomizationProfile;
  profile.duplicates = yaml::DuplicateKeys::kLastWins;
  const Node& root = *during("configuration text",
                             [&] { return read_go_yaml2(build, text, file.source, profile).root; });
  const FitContext context{build.arena, Strictness::kLenient};
  if (root.is_mapping()) return {fit(context, root, kFileReplacementShape)};
  if (!root.is_sequence())
    fail_replacement(root.span, "expected a replacement, or a list of them",
                     "unsupported replacement type encountered within replacement path: invalid");
  std::vector<const Node*> replacements;
  for (const Node* const item : root.items)
    replacements.push_back(fit(context, *item, kFileReplacementShape));
  return replacements;
}

std::vector<const Node*> read_list(const Step& step, const Node& list) {
  std::vector<const Node*> replacements;
  for (const Node* const entry : list.items) {
    const Node* const path = yaml::find(*entry, "path");
    if (path == nullptr || path->text.empty()) {
      replacements.push_back(entry);
      continue;
    }
    const Node* const targets = yaml::find(*entry, "targets");
    if (yaml::find(*entry, "source") != nullptr || (targets != nullptr && !targets->items.empty()))
      fail_replacement(entry->span, "expected a path or a replacement, got both",
                       "cannot specify both path and inline replacement");
    for (const Node* const replacement : read_file(step, *path))
      replacements.push_back(replacement);
  }
  return replacements;
}

void run_list(const Step& step, const Node& list) {
  Node fields;
  fields.kind = yaml::Kind::kMapping;
  if (step.config == nullptr)
    yaml::set(step.build.arena, fields, "Replacements", yaml::copy(step.build.arena, list));
  const std::vector<const Node*> replacements =
      configuring(step, "ReplacementTransformer", fields, [&] { return read_list(step, list); });
  for (const Node* const replacement : replacements) run_replacement(step, *replacement);
}

}  // namespace

void replacements_from_file(const Step& step) { run_list(step, *step.file->find("replacements")); }

void replacements_from_config(const Step& step, const Node& config) {
  if (const Node* const list = yaml::find(config, "replacements")) run_list(step, *list);
}

}  // namespace plumb::kustomize
