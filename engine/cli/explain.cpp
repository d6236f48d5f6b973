#include <algorithm>

#include "base/suggest.h"
#include "base/text.h"
#include "cli/session.h"
#include "yaml/path.h"

namespace plumb::cli {

namespace {

constexpr std::size_t kShownBytesMax = 120;

// KIND/NAME or KIND/NAMESPACE/NAME
struct Wanted {
  std::string kind, namespace_name, name;
};

Wanted parse_object(const std::string& text) {
  const std::vector<std::string_view> parts = split(text, '/');
  if (parts.size() == 2) return {std::string(parts[0]), "", std::string(parts[1])};
  if (parts.size() == 3)
    return {std::string(parts[0]), std::string(parts[1]), std::string(parts[2])};
  fail("cli/bad-value", {}, cat("expected KIND/NAME or KIND/NAMESPACE/NAME, got '", text, "'"));
}

bool fits(const kube::ResourceId& id, const Wanted& wanted) {
  return lower(id.kind) == lower(wanted.kind) && id.name == wanted.name &&
         (wanted.namespace_name.empty() || id.namespace_name == wanted.namespace_name);
}

class Explanation {
 public:
  Explanation(Invocation& invocation, const kube::ResourceSet& set, const kube::ResourceId& id)
      : out_(invocation.process.out),
        sources_(invocation.sources),
        masker_(invocation.masker),
        origins_(*set.origins),
        id_(id) {}

  // A field, or all fields below it.
  void show(const yaml::Node& node, const yaml::Path& path) {
    const bool leaf = node.is_scalar() || yaml::is_empty(node);
    if (leaf || node.origin != 0) show_chain(node, path, leaf);
    for (const yaml::Entry& entry : node.entries) {
      yaml::Path below = path;
      below.steps.push_back(yaml::key_step(entry.key->text));
      show(*entry.value, below);
    }
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      yaml::Path below = path;
      below.steps.push_back(step_of(*node.items[i], i));
      show(*node.items[i], below);
    }
    show_removed(node, path);
  }

  bool show_removed(const yaml::Node& parent, const yaml::Path& path, std::string_view only = {}) {
    bool found = false;
    if (parent.decoration == nullptr) return false;
    for (const yaml::Tombstone& stone : parent.decoration->removed) {
      if (!only.empty() && stone.key != only) continue;
      found = true;
      yaml::Path removed = path;
      removed.steps.push_back(yaml::key_step(stone.key));
      out_ += cat(yaml::print_path(removed), ": removed\n");
      const std::vector<yaml::Origin> chain = origins_.chain(stone.origin);
      for (const yaml::Origin& row : chain)
        show_row(row, &row == &chain.back() ? "removed" : "", removed, true);
    }
    return found;
  }

 private:
  // Elements are named by what people call them.
  static yaml::PathStep step_of(const yaml::Node& item, std::size_t index) {
    const std::string_view name = yaml::text_at(item, {"name"});
    if (name.empty()) return yaml::index_step(index);
    yaml::PathStep step;
    step.kind = yaml::PathStep::Kind::kSelect;
    step.selected = {{"name", std::string(name)}};
    return step;
  }

  std::string shown(std::string_view text, const yaml::Path& path) const {
    if (masker_.is_sensitive(id_, path)) return "(secret)";
    // Masked before it is cut: half a secret would not be found.
    const std::string line = replace_all(masker_.mask(text), "\n", "\\n");
    if (line.size() <= kShownBytesMax) return line;
    std::size_t end = kShownBytesMax;
    while ((line[end] & 0xC0) == 0x80) --end;  // never within a character
    return cat(std::string_view(line).substr(0, end), "…");
  }

  void show_chain(const yaml::Node& node, const yaml::Path& path, bool leaf) {
    const std::string value = node.is_mapping()    ? "{}"
                              : node.is_sequence() ? "[]"
                                                   : std::string(node.text);
    out_ += cat(path.steps.empty() ? "(the object)" : yaml::print_path(path),
                leaf ? cat(": ", shown(value, path)) : "", "\n");
    for (const yaml::Origin& row : origins_.chain(node)) show_row(row, "", path, leaf);
  }

  void show_row(const yaml::Origin& row, std::string_view what, const yaml::Path& path, bool leaf) {
    const std::string place = sources_.describe(row.span);
    const yaml::Layer& layer = origins_.layer_of(row);
    const std::string value = !what.empty()               ? std::string(what)
                              : !leaf && row.text.empty() ? std::string()
                                                          : shown(row.text, path);
    out_ += cat("  ", place.empty() ? "(no text)" : std::string_view(place),
                value.empty() ? "" : cat("  ", value), "  (", yaml::layer_name(layer.kind),
                layer.name.empty() ? "" : " ", layer.name, ")\n");
  }

  std::string& out_;
  const SourceStore& sources_;
  const report::Masker& masker_;
  const yaml::Origins& origins_;
  const kube::ResourceId& id_;
};

void fail_no_field(const yaml::Node& body, const yaml::Path& path, const kube::ResourceId& id) {
  std::size_t found = 0;
  yaml::find_path(body, path, &found);
  yaml::Path reached;
  reached.steps.assign(path.steps.begin(), path.steps.begin() + static_cast<std::ptrdiff_t>(found));
  const yaml::Node* const parent = yaml::find_path(body, reached);
  std::vector<std::string> keys;
  for (const yaml::Entry& entry : parent->entries) keys.emplace_back(entry.key->text);
  const std::string wanted = yaml::print_step(path.steps[found]);
  std::vector<Note> notes = did_you_mean(wanted, keys);
  if (notes.empty() && !keys.empty())
    notes.push_back({cat("there: ", join(std::span<const std::string>(keys), ", "))});
  fail("cli/no-field", parent->span,
       cat(kube::describe(id), " has no '", yaml::print_path(path), "': nothing called ", wanted,
           " in ", reached.steps.empty() ? "it" : cat("'", yaml::print_path(reached), "'")),
       std::move(notes));
}

void explain(Invocation& invocation, const Outcome& outcome, const kube::Resource& resource,
             const yaml::Path& path) {
  invocation.process.out +=
      cat(kube::describe(resource.id), " in ", outcome.target.environment->name, ", unit ",
          outcome.target.unit->name, "\n");
  Explanation explanation(invocation, outcome.rendered->set, resource.id);
  if (const yaml::Node* const node = yaml::find_path(*resource.body, path))
    return explanation.show(*node, path);
  yaml::Path parent_path = path;
  parent_path.steps.pop_back();
  const yaml::Node* const parent = yaml::find_path(*resource.body, parent_path);
  if (parent != nullptr && explanation.show_removed(*parent, parent_path, path.steps.back().key))
    return;
  fail_no_field(*resource.body, path, resource.id);
}

}  // namespace

int run_explain(Invocation& invocation) {
  std::vector<std::string>& arguments = invocation.options.arguments;
  if (arguments.empty() || arguments.size() > 2) {
    fail("cli/bad-value", {}, "expected KIND/NAME and perhaps a PATH",
         {{"plumb explain -e dev Deployment/web spec.replicas"}});
  }
  const Wanted wanted = parse_object(arguments[0]);
  const auto path = yaml::parse_path(arguments.size() == 2 ? arguments[1] : "");
  if (!path)
    fail("cli/bad-value", {}, cat("'", arguments[1], "' is no path"),
         {{"spec.containers[name=main].image"}});

  Session session(invocation);
  const std::vector<render::Target> targets = session.targets(session.head(), {});
  const std::vector<Outcome> outcomes = session.render_all(session.head(), targets, true);
  const bool failed = session.report_errors(outcomes);
  std::string& out = invocation.process.out;
  bool found = false;
  std::vector<std::string> near;
  for (const Outcome& outcome : outcomes) {
    if (!outcome.rendered) continue;
    for (const kube::Resource& resource : outcome.rendered->set.resources) {
      near.push_back(cat(resource.id.kind, "/", resource.id.name));
      if (!fits(resource.id, wanted)) continue;
      found = true;
      explain(invocation, outcome, resource, *path);
    }
  }
  if (!found)
    fail("cli/no-object", {}, cat("no object '", arguments[0], "' is rendered"),
         did_you_mean(arguments[0], near));
  out = invocation.masker.mask_name(out);
  return failed ? kUnclear : kDone;
}

}  // namespace plumb::cli
