#pragma once
// How the validators say what they found.
//
// While a tree is walked, a chain of Frames on the stack says where; only a finding turns it into
// text. A finding is placed at the node it blames. What no text of the input made has no place, and
// what is not there has none either: they get that of the nearest parent that has one.

#include <string>
#include <string_view>

#include "base/diagnostic.h"
#include "base/suggest.h"
#include "yaml/node.h"

namespace plumb::schema {

struct Frame {
  const Frame* parent = nullptr;
  std::string_view key;   // under which the parent mapping has this node
  std::size_t index = 0;  // or its place in the parent sequence
  bool is_item = false;
  const yaml::Node* node = nullptr;
  Span key_span;  // of the key, or of the first line of an item
};

Frame root_frame(const yaml::Node& node);
Frame member_frame(const Frame& parent, const yaml::Entry& entry);
Frame item_frame(const Frame& parent, std::size_t index, const yaml::Node& item);

// "spec.containers[0].ports"; empty for the root. A key with a dot is quoted: data."a.b".
std::string path_of(const Frame& frame);

// Where to point for the node itself, for its key, and for a member that it lacks: where a patch
// removed that, else at the node's key.
Span place_of_value(const Frame& frame);
Span place_of_key(const Frame& frame);
Span place_of_missing(const Frame& frame, std::string_view member);

// Collects what is found in one object; does nothing but remember when `out` is null.
struct Findings {
  Diagnostics* out = nullptr;
  std::string_view subject;  // "Deployment/web": named in each finding's last note; may be empty
  std::size_t count = 0;

  // Arguments: subject, path, then `arguments`.
  void add(std::string_view code, const Frame& frame, Span place, std::string text,
           std::vector<Note> notes = {}, std::vector<std::string> arguments = {},
           Severity severity = Severity::kError);
};

// "a string", "an integer", "nothing" (null), … as a message names it.
std::string_view name_of_type(const yaml::Node& node);

// schema/type: what was expected ("an integer"), what is there, and the cure where quotes are all
// that is wrong.
void add_wrong_type(Findings& findings, const Frame& frame, std::string_view expected);

}  // namespace plumb::schema
