// `images`: other names, tags and digests for container images.
//
// Two passes, as kustomize makes them: one over every list named containers or initContainers
// wherever it stands, one over the field table. Both always run, so a tagSuffix is added twice to
// what both reach; entries run one after another and chain.

#include <optional>

#include "base/regex.h"
#include "base/text.h"
#include "kustomize/transform/transform.h"

namespace plumb::kustomize {

namespace {

struct Image {
  std::string_view name, new_name, new_tag, digest, tag_suffix;
  std::optional<Regex> pattern;  // an invalid one matches nothing
};

struct Reference {
  std::string_view name, tag, digest;
};

constexpr std::string_view kTagAndDigest =
    "(:[a-zA-Z0-9_.{}-]*)?(@[a-zA-Z0-9]+([.+_-][a-zA-Z0-9]+)*:[a-zA-Z0-9_.{}-]*)?$";

Image image_of(const yaml::Node& entry) {
  Image image{yaml::text_at(entry, {"name"}),      yaml::text_at(entry, {"newName"}),
              yaml::text_at(entry, {"newTag"}),    yaml::text_at(entry, {"digest"}),
              yaml::text_at(entry, {"tagSuffix"}), std::nullopt};
  const std::string pattern = cat("^", image.name, kTagAndDigest);
  if (!Regex::why_invalid(pattern)) image.pattern.emplace(pattern);
  return image;
}

// [host[:port]/]name[:tag][@digest]: what parts the name is the first ':' or '@' behind a '/'.
Reference parts_of(std::string_view image) {
  std::size_t from = image.find('/');
  if (from == std::string_view::npos || from == 0) from = 0;
  const std::size_t at = image.find('@', from);
  const std::size_t colon = image.find(':', from);
  constexpr std::size_t none = std::string_view::npos;
  if (at == none && colon == none) return {image, {}, {}};
  if (at != none && (colon == none || at < colon))
    return {image.substr(0, at), {}, image.substr(at + 1)};
  if (at != none)
    return {image.substr(0, colon), image.substr(colon + 1, at - colon - 1), image.substr(at + 1)};
  return {image.substr(0, colon), image.substr(colon + 1), {}};
}

std::string changed(const Image& image, std::string_view old) {
  Reference reference = parts_of(old);
  std::string tag(reference.tag);
  std::string_view digest = reference.digest;
  if (!image.new_tag.empty()) {
    tag = image.new_tag;
    digest = image.digest;
  } else if (!image.digest.empty()) {
    tag.clear();
    digest = image.digest;
  } else if (!image.tag_suffix.empty()) {
    tag += image.tag_suffix;
    digest = {};
  }
  std::string text(image.new_name.empty() ? reference.name : image.new_name);
  if (!tag.empty()) text += cat(":", tag);
  if (!digest.empty()) text += cat("@", digest);
  return text;
}

class Update {
 public:
  Update(Build& build, const Image& image, const Mark& mark)
      : build_(build), image_(image), mark_(mark) {}

  void field(yaml::Node& node) const {
    require_scalar(node);
    set(node);
  }

  void walk(yaml::Node& node) const {
    for (yaml::Node* const item : node.items) walk(*item);
    for (const yaml::Entry& entry : node.entries) {
      walk(*entry.value);
      const std::string_view key = entry.key->text;
      if (key == "containers" || key == "initContainers") containers(*entry.value);
    }
  }

 private:
  void set(yaml::Node& node) const {
    if (!image_.pattern || !image_.pattern->matches(node.text)) return;
    write_untagged(build_, node, build_.arena.copy(changed(image_, node.text)), mark_);
  }

  void containers(yaml::Node& list) const {
    for (yaml::Node* const container : list.items) {
      if (container->is_null()) continue;
      if (!container->is_mapping())
        fail(
            "kustomize/not-a-map", container->span, "expected a map as a container", {},
            {container->is_scalar() ? "ScalarNode" : "SequenceNode", std::string(container->text)});
      yaml::Node* const image = yaml::find(*container, "image");
      if (image != nullptr) field(*image);
    }
  }

  Build& build_;
  const Image& image_;
  const Mark& mark_;
};

void transform(const Step& step, const yaml::Node& entry, const std::vector<FieldSpec>& specs) {
  const Image image = image_of(entry);
  const Mark writer = mark(step, yaml::LayerKind::kTransformer, "images", entry.span);
  const Update update(step.build, image, writer);
  for (Item* const item : step.items.list())
    if (yaml::text_at(*item->body, {"kind"}) != "CustomResourceDefinition")
      update.walk(*item->body);
  for (Item* const item : step.items.list()) {
    if (yaml::text_at(*item->body, {"kind"}) == "CustomResourceDefinition") continue;
    for (const FieldSpec& spec : specs)
      visit_fields(step.build.arena, *item->body, spec, Make::kNothing,
                   [&](yaml::Node& node) { update.field(node); });
  }
}

}  // namespace

void images_from_file(const Step& step) {
  for (const std::string_view field : {"images", "imageTags"})
    if (const yaml::Node* const list = step.file->find(field))
      for (const yaml::Node* const entry : list->items) transform(step, *entry, step.tables.images);
}

void images_from_config(const Step& step, const yaml::Node& config) {
  const yaml::Node empty;
  const yaml::Node* const entry = yaml::find(config, "imageTag");
  transform(step, entry != nullptr ? *entry : empty,
            field_specs_of(yaml::find(config, "fieldSpecs")));
}

}  // namespace plumb::kustomize
