#pragma once
// What differs, as data.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/source.h"
#include "yaml/node.h"
#include "yaml/path.h"

namespace plumb::diff {

enum class ChangeKind : std::uint8_t {
  kAdd,
  kRemove,
  kReplace,
  kReorder,  // the same elements in another order; `before` and `after` are the lists
};

// Who moved.
enum class Cause : std::uint8_t {
  kGit,     // base and head differ, live is as base
  kDrift,   // base and head agree, live differs
  kBoth,    // all three differ
  kServer,  // filled in or normalised: nobody asked, nothing to do
};

// Where the reason stands: the text that gives the field its value in head, or that removed it.
struct Blame {
  Span span;
  std::string layer;  // "patch overlays/prod/replicas.yaml", or "document"
};

// Who wrote a field of live, by its managedFields.
struct Writer {
  std::string manager;      // "kubectl-edit"; empty: nobody knows
  std::string time;         // RFC 3339, as the server wrote it
  bool is_applier = false;  // nobody else: live is as the last apply left it
};

struct Change {
  yaml::Path path;
  ChangeKind kind = ChangeKind::kReplace;
  Cause cause = Cause::kGit;
  const yaml::Node* before = nullptr;  // null: not there
  const yaml::Node* after = nullptr;
  std::size_t index = 0;     // of an element that is added to a list: its place in the new list
  bool only_live = false;    // only live has it and nothing in git ever did: applying leaves it
  bool residue = false;      // git dropped it, and it stays, because somebody else owns it
  bool is_volatile = false;  // changes with every compilation, means nothing
  Writer writer;             // of what live has: somebody else than the applier, if there is one
  Blame blame;
};

std::string_view cause_name(Cause cause);     // "git", "drift", "both", "server"
std::string_view kind_name(ChangeKind kind);  // "add", "remove", "replace", "reorder"

}  // namespace plumb::diff
