#include "diff/undeclared.h"

namespace plumb::diff {

namespace {

using yaml::Node;

bool allows_any(const Node& schema) {
  const Node* const flag = yaml::find(schema, "x-kubernetes-preserve-unknown-fields");
  if (flag != nullptr && yaml::as_boolean(*flag).value_or(false)) return true;
  const Node* const more = yaml::find(schema, "additionalProperties");
  if (more != nullptr) return more->is_mapping() || yaml::as_boolean(*more).value_or(false);
  // What refers to another schema, or says nothing at all, is not told here.
  return yaml::text_at(schema, {"type"}) != "object";
}

// Whether a mapping of that shape has the fields that are declared, and no others.
bool is_closed(const Shape& shape) {
  if (shape.type != nullptr) return true;
  return shape.schema != nullptr && !allows_any(*shape.schema);
}

class Walk {
 public:
  std::vector<yaml::Path> run(const Node& object, const Shape& shape) {
    for (const yaml::Entry& entry : object.entries) {
      const std::string_view key = entry.key->text;
      if (key == "apiVersion" || key == "kind") continue;
      path_.steps.push_back(yaml::key_step(key));
      if (key == "metadata") {
        value(*entry.value, shape_of_metadata());
      } else {
        member(shape, key, *entry.value);
      }
      path_.steps.pop_back();
    }
    return std::move(found_);
  }

 private:
  void member(const Shape& holder, std::string_view key, const Node& node) {
    if (node.is_null()) return;
    if (is_closed(holder) && !is_declared(holder, key)) {
      found_.push_back(path_);
      return;
    }
    value(node, shape_of_field(holder, key));
  }

  void value(const Node& node, const Shape& shape) {
    if (shape.is_free()) return;
    for (const yaml::Entry& entry : node.entries) {
      path_.steps.push_back(yaml::key_step(entry.key->text));
      member(shape, entry.key->text, *entry.value);
      path_.steps.pop_back();
    }
    for (std::size_t at = 0; at < node.items.size(); ++at) {
      path_.steps.push_back(yaml::index_step(at));
      value(*node.items[at], shape_of_item(shape));
      path_.steps.pop_back();
    }
  }

  yaml::Path path_;
  std::vector<yaml::Path> found_;
};

}  // namespace

std::vector<yaml::Path> undeclared_fields(const Node& object, const Catalogue* catalogue) {
  const Shape shape = shape_of_object(catalogue, yaml::text_at(object, {"apiVersion"}),
                                      yaml::text_at(object, {"kind"}));
  return shape.is_free() ? std::vector<yaml::Path>() : Walk().run(object, shape);
}

}  // namespace plumb::diff
