#include "state/snapshot.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/base64.h"
#include "base/diagnostic.h"
#include "base/digest.h"
#include "base/text.h"
#include "kube/sealed.h"
#include "yaml/emit.h"
#include "yaml/json.h"

namespace plumb::state {

namespace {

using yaml::Node;

constexpr std::string_view kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";
// What says which object it is.
constexpr std::array<std::string_view, 5> kIdentity{"name", "namespace", "ownerReferences",
                                                    "resourceVersion", "uid"};
// What no comparison looks at.
constexpr std::array<std::string_view, 3> kLeftOut{"creationTimestamp", "generation", "selfLink"};

class Writer {
 public:
  Writer(const State& state, const SnapshotOptions& options)
      : state_(state), options_(options), key_(seal_key(options.salt, options.secret)) {}

  std::string write() {
    std::string objects;
    for (const kube::Resource& resource : state_.set.resources) {
      if (!options_.keep(resource)) continue;
      kinds_.insert(resource.id.group.empty() ? resource.id.kind
                                              : cat(resource.id.kind, '.', resource.id.group));
      objects += "---\n";
      yaml::emit_to(objects, *object(resource), yaml::kPlumbOutput);
    }
    std::string text;
    yaml::emit_to(text, *head(), yaml::kPlumbOutput);
    return text + objects;
  }

 private:
  Node* text(std::string_view value) { return yaml::make_string(arena_, value); }

  Node* head() {
    Node* const head = yaml::make_mapping(arena_);
    yaml::set(arena_, *head, "apiVersion", text("plumb/v1"));
    yaml::set(arena_, *head, "kind", text("Snapshot"));
    Node* const metadata = yaml::make_mapping(arena_);
    yaml::set(arena_, *metadata, "name", text(options_.environment));
    yaml::set(arena_, *head, "metadata", metadata);
    yaml::set(arena_, *head, "complete", yaml::make_boolean(arena_, state_.gaps.empty()));
    yaml::set(arena_, *head, "scope", scope());
    yaml::set(arena_, *head, "time", text(options_.time));
    if (state_.own_namespace != "default")
      yaml::set(arena_, *head, "namespace", text(state_.own_namespace));
    if (!state_.cluster.empty()) yaml::set(arena_, *head, "cluster", text(state_.cluster));
    yaml::set(arena_, *head, "seal", seal_settings());
    if (!state_.gaps.empty()) yaml::set(arena_, *head, "gaps", gaps());
    Node* const known = definitions();
    if (!known->items.empty()) yaml::set(arena_, *head, "definitions", known);
    return head;
  }

  // Of custom kinds, that are not the environment's own: what a comparison needs to know of them.
  Node* definitions() {
    Node* const list = yaml::make_sequence(arena_);
    const auto add = [&](const kube::Resource& resource) {
      yaml::append(arena_, *list, object(resource));
    };
    for (const kube::Resource& resource : state_.definitions.resources) add(resource);
    for (const kube::Resource& resource : state_.set.resources) {
      if (resource.id.kind == "CustomResourceDefinition" && !options_.keep(resource)) add(resource);
    }
    return list;
  }

  Node* scope() {
    Node* const kinds = yaml::make_sequence(arena_);
    for (const std::string& kind : kinds_) yaml::append(arena_, *kinds, text(kind));
    Node* const scope = yaml::make_mapping(arena_);
    yaml::set(arena_, *scope, "kinds", kinds);
    return scope;
  }

  Node* seal_settings() {
    Node* const seal = yaml::make_mapping(arena_);
    yaml::set(arena_, *seal, "salt", text(base64_encode(options_.salt)));
    if (!options_.secret.empty()) {
      yaml::set(arena_, *seal, "variable", text(options_.variable));
      yaml::set(arena_, *seal, "check", text(kube::seal(key_, kSealCheck)));
    }
    return seal;
  }

  Node* gaps() {
    Node* const gaps = yaml::make_sequence(arena_);
    for (const Gap& gap : state_.gaps) {
      Node* const one = yaml::make_mapping(arena_);
      yaml::set(arena_, *one, "group", text(gap.group));
      yaml::set(arena_, *one, "kind", text(gap.kind));
      yaml::set(arena_, *one, "namespace", text(gap.namespace_name));
      yaml::set(arena_, *one, "reason", text(gap.reason));
      Node* const names = yaml::make_sequence(arena_);
      for (const std::string& name : gap.names) yaml::append(arena_, *names, text(name));
      if (!gap.names.empty()) yaml::set(arena_, *one, "names", names);
      yaml::append(arena_, *gaps, one);
    }
    return gaps;
  }

  Node* object(const kube::Resource& resource) {
    resource_ = &resource;
    const bool is_secret = resource.id.kind == "Secret" && resource.id.group.empty();
    Node* const copy = yaml::make_mapping(arena_);
    for (const yaml::Entry& entry : resource.body->entries) {
      const std::string_view key = entry.key->text;
      if (key == "status") continue;
      const bool hidden = is_secret && (key == "data" || key == "stringData");
      Node* const value =
          key == "metadata" ? metadata(*entry.value, is_secret) : sealed(*entry.value, hidden);
      copy->entries.push_back(arena_, {entry.key, value});
    }
    return copy;
  }

  Node* metadata(const Node& node, bool is_secret) {
    Node* const copy = yaml::make_mapping(arena_);
    for (const yaml::Entry& entry : node.entries) {
      const std::string_view key = entry.key->text;
      if (std::ranges::find(kLeftOut, key) != kLeftOut.end()) continue;
      Node* value = nullptr;
      path_.steps = {yaml::key_step("metadata"), yaml::key_step(key)};
      if (key == "managedFields") {
        value = owners(*entry.value);
      } else if (std::ranges::find(kIdentity, key) != kIdentity.end()) {
        value = entry.value;
      } else if (key == "annotations") {
        value = annotations(*entry.value, is_secret);
      } else {
        value = sealed(*entry.value, false);
      }
      copy->entries.push_back(arena_, {entry.key, value});
    }
    return copy;
  }

  // Without those of subresources that no apply writes.
  Node* owners(const Node& entries) {
    Node* const kept = yaml::make_sequence(arena_);
    for (Node* const entry : entries.items) {
      if (yaml::text_at(*entry, {"subresource"}) != "status") yaml::append(arena_, *kept, entry);
    }
    return kept;
  }

  Node* annotations(const Node& node, bool is_secret) {
    if (!node.is_mapping()) return sealed(node, false);
    Node* const copy = yaml::make_mapping(arena_);
    for (const yaml::Entry& entry : node.entries) {
      Node* const value = entry.key->text == kLastApplied ? last_applied(*entry.value, is_secret)
                                                          : sealed(*entry.value, false);
      copy->entries.push_back(arena_, {entry.key, value});
    }
    return copy;
  }

  // The configuration in the note, sealed as the object is; one that cannot be read as a whole.
  Node* last_applied(const Node& note, bool is_secret) {
    try {
      const Node& object = *yaml::read_json(note.text, note.span, arena_);
      Node* const copy = yaml::make_mapping(arena_);
      for (const yaml::Entry& entry : object.entries) {
        const std::string_view key = entry.key->text;
        if (is_secret && key == "stringData") {
          add_encoded(*copy, *entry.value);
        } else {
          yaml::set(arena_, *copy, key, sealed(*entry.value, is_secret && key == "data"));
        }
      }
      return text(yaml::emit_json(*copy));
    } catch (const Error&) {
      return text(kube::seal(key_, note.text));
    }
  }

  // What a Secret says in plain text is compared as the data that it becomes.
  void add_encoded(Node& secret, const Node& plain) {
    Node* const data = yaml::ensure_mapping(arena_, secret, "data");
    if (data == nullptr) return;
    for (const yaml::Entry& entry : plain.entries) {
      const std::string encoded = base64_encode(entry.value->text);
      yaml::set(arena_, *data, entry.key->text, text(kube::seal(key_, encoded)));
    }
  }

  // `path_` leads to the node.
  Node* sealed(const Node& node, bool all) {
    if (node.is_scalar()) return sealed_scalar(node, all || is_hidden());
    Node* const copy = node.is_mapping() ? yaml::make_mapping(arena_) : yaml::make_sequence(arena_);
    for (std::size_t at = 0; at < node.items.size(); ++at) {
      path_.steps.push_back(yaml::index_step(at));
      yaml::append(arena_, *copy, sealed(*node.items[at], all));
      path_.steps.pop_back();
    }
    for (const yaml::Entry& entry : node.entries) {
      path_.steps.push_back(yaml::key_step(entry.key->text));
      copy->entries.push_back(arena_, {entry.key, sealed(*entry.value, all)});
      path_.steps.pop_back();
    }
    return copy;
  }

  bool is_hidden() const { return options_.is_hidden && options_.is_hidden(resource_->id, path_); }

  Node* sealed_scalar(const Node& node, bool all) {
    const bool plain = node.is_null() || node.type == yaml::Type::kBoolean;
    if (plain || !(all || options_.is_secret(node.text))) return yaml::copy(arena_, node);
    return text(kube::seal(key_, node.text));
  }

  const State& state_;
  const SnapshotOptions& options_;
  const std::string key_;
  Arena arena_;
  std::set<std::string> kinds_;
  const kube::Resource* resource_ = nullptr;  // that is written
  yaml::Path path_;                           // in it
};

}  // namespace

std::string write_snapshot(const State& state, const SnapshotOptions& options) {
  return Writer(state, options).write();
}

std::string seal_key(std::string_view salt, std::string_view secret) {
  return secret.empty() ? std::string(salt) : hmac_sha256_hex(secret, salt);
}

}  // namespace plumb::state
