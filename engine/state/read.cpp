#include "yaml/read.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "base/base64.h"
#include "base/diagnostic.h"
#include "base/text.h"
#include "state/state.h"

namespace plumb::state {

namespace {

using yaml::Node;

class Reader {
 public:
  Reader(SourceStore& sources, const Limits& limits) : sources_(sources), limits_(limits) {}

  void text(SourceId id) {
    bool first = true;
    for (const yaml::Document& document :
         yaml::read(sources_, id, yaml::kKubernetesProfile, *state_.set.arena, limits_).documents) {
      if (document.root == nullptr || document.root->is_null()) continue;
      if (is_snapshot(*document.root)) {
        if (!first) fail_snapshot(*document.root, "expected the Snapshot before all objects");
        snapshot(*document.root);
      } else {
        object(*document.root, id, 0);
      }
      first = false;
    }
  }

  State finish() { return std::move(state_); }

 private:
  // A kind of somebody else may have the same name, but then it says whose it is.
  static bool is_snapshot(const Node& root) {
    const std::string_view version = yaml::text_at(root, {"apiVersion"});
    return yaml::text_at(root, {"kind"}) == "Snapshot" &&
           (version.empty() || version == "plumb/v1");
  }

  [[noreturn]] static void fail_snapshot(const Node& node, std::string text) {
    fail("state/snapshot", node.span, std::move(text),
         {{"a Snapshot says complete: true and, if it is not of everything, scope: {namespaces: "
           "[…], kinds: […]}"}});
  }

  void snapshot(const Node& root) {
    for (const yaml::Entry& entry : root.entries) {
      const std::string_view key = entry.key->text;
      if (key == "complete") {
        const std::optional<bool> complete = yaml::as_boolean(*entry.value);
        if (!complete) fail_snapshot(*entry.value, "expected true or false");
        state_.complete = *complete;
      } else if (key == "scope") {
        scope(*entry.value);
      } else if (key == "time") {
        state_.time = entry.value->text;
      } else if (key == "cluster") {
        state_.cluster = entry.value->text;
      } else if (key == "namespace") {
        state_.own_namespace = entry.value->text;
      } else if (key == "definitions") {
        definitions(*entry.value);
      } else if (key == "gaps") {
        gaps(*entry.value);
      } else if (key == "seal") {
        seal(*entry.value);
      } else if (key != "apiVersion" && key != "kind" && key != "metadata") {
        fail_snapshot(*entry.key, cat("unknown field '", key, "'"));
      }
    }
  }

  void definitions(const Node& list) {
    if (!list.is_sequence()) fail_snapshot(list, "expected a list of definitions");
    for (Node* const item : list.items) {
      if (!kube::is_object(*item)) fail_not_object(*item);
      state_.definitions.resources.push_back({kube::id_of(*item), item, {}});
    }
  }

  void gaps(const Node& list) {
    if (!list.is_sequence()) fail_snapshot(list, "expected a list of gaps");
    for (const Node* const item : list.items) {
      const auto text = [&](std::string_view key) {
        return std::string(yaml::text_at(*item, {key}));
      };
      state_.gaps.push_back({text("group"), text("kind"), text("namespace"), text("reason")});
      if (const Node* const names = yaml::find(*item, "names"))
        for (const Node* const name : names->items) state_.gaps.back().names.emplace(name->text);
    }
  }

  void seal(const Node& node) {
    const std::optional<std::string> salt = base64_decode(yaml::text_at(node, {"salt"}));
    if (!salt || salt->empty()) fail_snapshot(node, "expected 'salt' in base64 for seal");
    state_.seal = *salt;
    state_.seal_variable = yaml::text_at(node, {"variable"});
    state_.seal_check = yaml::text_at(node, {"check"});
  }

  void scope(const Node& node) {
    if (!node.is_mapping()) fail_snapshot(node, "expected a mapping with namespaces and kinds");
    for (const yaml::Entry& entry : node.entries) {
      if (entry.key->text == "namespaces") {
        names(*entry.value, state_.scope.namespaces);
      } else if (entry.key->text == "kinds") {
        names(*entry.value, state_.scope.kinds);
      } else {
        fail_snapshot(*entry.key, cat("unknown field '", entry.key->text, "'"));
      }
    }
  }

  static void names(const Node& list, std::vector<std::string>& names) {
    if (!list.is_sequence()) fail_snapshot(list, "expected a list of names");
    for (const Node* const item : list.items) names.emplace_back(item->text);
  }

  void object(Node& node, SourceId id, int depth) {
    const std::string_view kind = yaml::text_at(node, {"kind"});
    if (kind.ends_with("List") && depth < 4) {
      if (Node* const items = yaml::find(node, "items")) {
        for (Node* const item : items->items) object(*item, id, depth + 1);
        return;
      }
    }
    if (!kube::is_object(node)) fail_not_object(node);
    if (kind == "Secret") sources_.mark_secret(id);
    add(node);
  }

  [[noreturn]] static void fail_not_object(const Node& node) {
    const std::string_view missing = !node.is_mapping()                            ? "a mapping"
                                     : yaml::text_at(node, {"apiVersion"}).empty() ? "apiVersion"
                                     : yaml::text_at(node, {"kind"}).empty()       ? "kind"
                                                                             : "metadata.name";
    fail("state/not-objects", node.span,
         cat("expected Kubernetes objects, got something without ", missing),
         {{"a state is what `kubectl get -o yaml` prints: objects, or a List of them"}});
  }

  void add(Node& node) {
    kube::Resource resource{kube::id_of(node), &node, {}};
    const kube::ResourceId& id = resource.id;
    const auto [seen, fresh] =
        places_.emplace(std::tuple(id.group, id.kind, id.namespace_name, id.name), node.span);
    if (!fresh) {
      fail("state/duplicate-object", node.span, cat("'", kube::describe(id), "' is there twice"),
           {{"first here", seen->second}});
    }
    if (state_.set.resources.size() >= limits_.objects) {
      fail_limit(limits_, &Limits::objects, node.span);
    }
    state_.set.resources.push_back(std::move(resource));
  }

  SourceStore& sources_;
  const Limits& limits_;
  State state_;
  std::map<std::tuple<std::string, std::string, std::string, std::string>, Span> places_;
};

bool is_manifest(const files::Path& path) {
  const std::string_view extension = path.extension();
  return extension == "yaml" || extension == "yml" || extension == "json";
}

SourceId open(SourceStore& sources, const files::Tree& tree, const files::Path& path,
              const Limits& limits) {
  std::optional<std::string> text = files::read(tree, path, limits);
  if (!text) {
    fail("state/not-found", {}, cat("no file '", tree.describe(path), "'"),
         {{"a state is read from git:REV, file:PATH, env:NAME, cluster:CONTEXT or empty"}});
  }
  return sources.add(tree.describe(path), std::move(*text));
}

}  // namespace

State read_text(SourceStore& sources, SourceId text, const Limits& limits) {
  Reader reader(sources, limits);
  reader.text(text);
  return reader.finish();
}

State read_tree(SourceStore& sources, const files::Tree& tree, const files::Path& path,
                const Limits& limits) {
  Reader reader(sources, limits);
  if (files::lookup(tree, path) != files::EntryKind::kDirectory) {
    reader.text(open(sources, tree, path, limits));
    return reader.finish();
  }
  for (const files::Path& file : files::walk(tree, path)) {
    if (is_manifest(file)) reader.text(open(sources, tree, file, limits));
  }
  return reader.finish();
}

}  // namespace plumb::state
