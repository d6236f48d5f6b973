#pragma once
// Where a $ref leads: URIs, JSON pointers, $id and $anchor.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "schema/json_schema.h"

namespace plumb::schema {

// RFC 3986 §5: resolve_uri("http://a/b/c.json", "d.json#x") == "http://a/b/d.json#x".
std::string resolve_uri(std::string_view base, std::string_view reference);

// The nodes on the way of "#/definitions/a~1b" (without its '#'), the document first; empty when it
// leads nowhere.
std::vector<const yaml::Node*> follow_pointer(const yaml::Node& document, std::string_view pointer);

struct Target {
  const yaml::Node* node = nullptr;
  std::string base;  // the URI that its own $id, or else the references in it, are relative to
};

// All places that an $id, a $anchor or a loaded document names, by URI.
class References {
 public:
  References(const yaml::Node& document, DocumentLoader load);
  // Null node: nothing there.
  Target find(std::string_view base, std::string_view reference);

 private:
  void note(const yaml::Node& node, const std::string& base, bool is_schema);
  const Target* document_at(const std::string& uri);

  DocumentLoader load_;
  std::map<std::string, Target> documents_;  // by URI without fragment
  std::map<std::string, Target> anchors_;    // by URI with fragment
};

}  // namespace plumb::schema
