// Any objects as head, live and base: what is owned, who wrote it, whether an apply would change
// something, and what differs. Whatever managedFields and annotations say, the answers fit.
//
// The input: documents; head, live, base, then definitions of custom kinds and OpenAPI documents.

#include <algorithm>

#include "diff/client_side.h"
#include "diff/compare.h"
#include "diff/managed.h"
#include "diff/owned_set.h"
#include "diff/proof.h"
#include "door.h"
#include "yaml/read.h"

using namespace plumb;

namespace {

// RFC 7386.
yaml::Node* patched(const yaml::Node* target, const yaml::Node& patch, Arena& arena) {
  if (!patch.is_mapping()) return yaml::copy(arena, patch);
  yaml::Node* const result = target != nullptr && target->is_mapping() ? yaml::copy(arena, *target)
                                                                       : yaml::make_mapping(arena);
  for (const yaml::Entry& entry : patch.entries) {
    if (entry.value->is_null()) {
      yaml::remove(*result, entry.key->text);
    } else {
      yaml::set(arena, *result, entry.key->text,
                patched(yaml::find(*result, entry.key->text), *entry.value, arena));
    }
  }
  return result;
}

void check_owned(const yaml::Node& object, const diff::Catalogue& catalogue) {
  Arena arena;
  const yaml::Node* const owned = diff::owned_set(object, &catalogue, arena);
  fuzz::require(diff::same_fields(*owned, *owned));
  fuzz::require(diff::same_fields(*diff::united(*owned, *owned, arena), *owned));
  diff::owned_values(object, *owned, arena);
}

// Servers drop such nulls, so that they are sent again and again.
bool has_null_in_list(const yaml::Node& node, bool in_list = false) {
  if (node.is_null()) return in_list;
  for (const yaml::Node* const item : node.items)
    if (has_null_in_list(*item, true)) return true;
  return std::any_of(node.entries.begin(), node.entries.end(), [&](const yaml::Entry& entry) {
    return has_null_in_list(*entry.value, in_list);
  });
}

// Once sent, a merge patch leaves nothing to send.
void check_patch(const yaml::Node& head, const yaml::Node& live, const diff::Catalogue& catalogue) {
  Arena arena;
  const diff::ClientSidePatch first = diff::client_side_patch(head, live, &catalogue, arena);
  fuzz::require(first.refusal.empty() || first.patch == nullptr);
  if (first.strategic || first.patch == nullptr || has_null_in_list(head)) return;
  const yaml::Node& after = *patched(&live, *first.patch, arena);
  fuzz::require(diff::client_side_patch(head, after, &catalogue, arena).patch == nullptr);
}

void check_writers(const yaml::Node& live, const std::vector<diff::Change>& changes) {
  for (const diff::Change& change : changes) {
    diff::is_managed(live, change.path, [](const yaml::Node&) { return true; });
    diff::is_applied(live, change.path, "m");
    diff::last_writer(live, change.path, "m");
    diff::is_scaled(live, change.path);
  }
}

void check_sides(const diff::Sides& sides, const diff::Catalogue& catalogue) {
  Arena arena;
  diff::Options options;
  options.catalogue = &catalogue;
  options.live = true;
  options.manager = "m";
  check_writers(*sides.live, diff::compare(sides, options, arena));
  check_patch(*sides.head, *sides.live, catalogue);
  diff::compare_answer(sides, *sides.head, options, arena);
  if (const yaml::Node* const last = diff::last_applied(*sides.live, arena))
    check_owned(*last, catalogue);
  for (const bool server_side : {false, true})
    diff::is_proven(*sides.head, *sides.live, {"m", server_side}, &catalogue, "key");
  if (const yaml::Node* const entry = diff::applied_entry(*sides.live, "m"))
    if (const yaml::Node* const fields = yaml::find(*entry, "fieldsV1"))
      diff::owned_values(*sides.live, *fields, arena);
}

void check_documents(const yaml::Stream& stream) {
  diff::Catalogue catalogue;
  std::vector<const yaml::Node*> objects;
  for (const yaml::Document& document : stream.documents) {
    catalogue.add_published(*document.root);
    if (yaml::text_at(*document.root, {"kind"}) == "CustomResourceDefinition")
      catalogue.add(*document.root);
    if (kube::is_object(*document.root)) objects.push_back(document.root);
  }
  for (const yaml::Node* const object : objects) {
    Arena arena;
    check_owned(*object, catalogue);
    diff::Options options;
    options.catalogue = &catalogue;
    fuzz::require(diff::compare(*object, *object, options, arena).empty());
  }
  if (objects.size() < 2) return;
  check_patch(*objects[0], *objects[1], catalogue);
  check_sides({nullptr, objects[0], objects[1]}, catalogue);
  if (objects.size() > 2) check_sides({objects[2], objects[0], objects[1]}, catalogue);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > fuzz::kBytesMax) return 0;
  SourceStore sources;
  Arena arena;
  const SourceId id = sources.add("in", std::string(fuzz::text_of(data, size)));
  fuzz::error_of(sources, [&] {
    check_documents(yaml::read(sources, id, yaml::kKubernetesProfile, arena, fuzz::small_limits()));
  });
  return 0;
}
