// `images`: other names, tags and digests for container images.
//
// Two passes, as kustomize makes them: one over every list named containers or initContainers
// wherever it stands, one over the field table. Both always run, so a tagSuffix is added twice to
// what both reach; entries run one after another and chain.

#include <algorithm>
#include <optional>

#include "base/regex.h"
#include "base/text.h"
#include "kustomize/go_yaml3.h"
#include "kustomize/image_name.h"
#include "kustomize/transform/transform.h"

namespace plumb::kustomize {

namespace {

constexpr std::string_view kTagAndDigest =
    "(:[a-zA-Z0-9_.{}-]*)?(@[a-zA-Z0-9]+([.+_-][a-zA-Z0-9]+)*:[a-zA-Z0-9_.{}-]*)?$";

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Which images an entry means: kustomize takes its name for a regular expression, so a '.' is any
// character. What looks like a name, almost always, is matched without compiling one.
class ImagePattern {
 public:
  explicit ImagePattern(std::string_view name) : name_(name) {
    const auto plain = [](char c) { return is_alphanumeric(c) || contains("./_-:@", {&c, 1}); };
    is_plain_ = std::ranges::all_of(name, plain);
    if (is_plain_) return;
    const std::string pattern = cat("^", name, kTagAndDigest);
    if (!Regex::why_invalid(pattern)) regex_.emplace(pattern);
  }

  bool matches(std::string_view image) const {
    if (!is_plain_) return regex_ && regex_->matches(image);  // an invalid one matches nothing
    if (image.size() < name_.size()) return false;
    for (std::size_t i = 0; i < name_.size(); ++i) {
      const bool one_byte = static_cast<unsigned char>(image[i]) < 0x80;
      if (!one_byte) return Regex(cat("^", name_, kTagAndDigest)).matches(image);
      if (name_[i] == '.' ? image[i] == '\n' : name_[i] != image[i]) return false;
    }
    return is_tag_and_digest(image.substr(name_.size()));
  }

 private:
  static std::size_t end_of_tag(std::string_view text, std::size_t from) {
    while (from < text.size() &&
           (is_alphanumeric(text[from]) || contains("_.{}-", text.substr(from, 1))))
      ++from;
    return from;
  }

  // kTagAndDigest, by hand.
  static bool is_tag_and_digest(std::string_view text) {
    std::size_t at = text.starts_with(':') ? end_of_tag(text, 1) : 0;
    if (at == text.size()) return true;
    if (text[at] != '@') return false;
    bool separated = true;  // a letter or digit has to come
    for (++at; at < text.size() && text[at] != ':'; ++at) {
      const bool separator = contains(".+_-", text.substr(at, 1));
      if (separator ? separated : !is_alphanumeric(text[at])) return false;
      separated = separator;
    }
    return at < text.size() && !separated && end_of_tag(text, at + 1) == text.size();
  }

  std::string_view name_;
  bool is_plain_ = false;
  std::optional<Regex> regex_;
};

struct Image {
  std::string_view name, new_name, new_tag, digest, tag_suffix;
  ImagePattern pattern;
};

Image image_of(const yaml::Node& entry) {
  const std::string_view name = yaml::text_at(entry, {"name"});
  return {name,
          yaml::text_at(entry, {"newName"}),
          yaml::text_at(entry, {"newTag"}),
          yaml::text_at(entry, {"digest"}),
          yaml::text_at(entry, {"tagSuffix"}),
          ImagePattern(name)};
}

std::string changed(const Image& image, std::string_view old) {
  const ImageName reference = split_image_name(old);
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

// The image fields of both passes, found once for all entries.
class Fields {
 public:
  Fields(const Step& step, const std::vector<FieldSpec>& specs) {
    const auto each = [&](const auto& visit) {
      for (Item* const item : step.items.list())
        if (yaml::text_at(*item->body, {"kind"}) != "CustomResourceDefinition") visit(*item->body);
    };
    each([&](yaml::Node& body) { walk(body); });
    each([&](yaml::Node& body) {
      visit_fields(step.build.arena, body, specs, Make::kNothing,
                   [&](const FieldSpec&, yaml::Node& node) { add(node); });
    });
  }

  const std::vector<yaml::Node*>& all() const { return fields_; }

 private:
  void add(yaml::Node& node) {
    require_scalar(node);
    fields_.push_back(&node);
  }

  void walk(yaml::Node& node) {
    for (yaml::Node* const item : node.items) walk(*item);
    for (const yaml::Entry& entry : node.entries) {
      walk(*entry.value);
      const std::string_view key = entry.key->text;
      if (key == "containers" || key == "initContainers") containers(*entry.value);
    }
  }

  void containers(yaml::Node& list) {
    for (yaml::Node* const container : list.items) {
      if (container->is_null()) continue;
      if (!container->is_mapping())
        fail("kustomize/not-a-map", container->span, "expected a map as a container", {},
             {container->is_scalar() ? "ScalarNode" : "SequenceNode", write_go_yaml(*container)});
      yaml::Node* const image = yaml::find(*container, "image");
      if (image != nullptr) add(*image);
    }
  }

  std::vector<yaml::Node*> fields_;
};

void transform(const Step& step, const yaml::Node& entry, const Fields& fields) {
  const Image image = image_of(entry);
  const Mark writer = mark(step, yaml::LayerKind::kTransformer, "images", entry.span);
  for (yaml::Node* const field : fields.all())
    if (image.pattern.matches(field->text))
      write_untagged(step.build, *field, step.build.arena.copy(changed(image, field->text)),
                     writer);
}

}  // namespace

void images_from_file(const Step& step) {
  std::optional<Fields> fields;
  for (const std::string_view name : {"images", "imageTags"})
    if (const yaml::Node* const list = step.file->find(name))
      for (const yaml::Node* const entry : list->items) {
        if (!fields) fields.emplace(step, step.tables.images);
        transform(step, *entry, *fields);
      }
}

void images_from_config(const Step& step, const yaml::Node& config) {
  const yaml::Node empty;
  const yaml::Node* const entry = yaml::find(config, "imageTag");
  transform(step, entry != nullptr ? *entry : empty,
            Fields(step, field_specs_of(yaml::find(config, "fieldSpecs"))));
}

}  // namespace plumb::kustomize
