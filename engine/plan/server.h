#pragma once
// The door to a live cluster as a plan needs it: what is asked, and what comes back. A plan asks
// for dry runs only.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kube/resource.h"
#include "state/method.h"
#include "yaml/node.h"

namespace plumb::plan {

// A dry run in the manager's name.
struct Question {
  kube::ResourceId id;               // where it goes
  const yaml::Node* body = nullptr;  // the object, or the patch to it
  state::Method method = state::Method::kApply;
  std::string manager;
  bool force = true;  // of kApply
};

struct Answer {
  int status = 0;                    // of HTTP; 0: there was no answer, and `error` says why
  const yaml::Node* body = nullptr;  // the JSON of it; null: it was none
  std::vector<std::string> warnings;
  std::string error;
};

struct Server {
  // An answer for each question, in their order. Bodies live as long as the Server.
  std::function<std::vector<Answer>(std::span<const Question>)> ask;
  // Whether this account may write such an object; empty: it may.
  std::function<bool(const kube::ResourceId&)> may_write;
  // When admission that may change such an object was last set up (RFC 3339), "" where there is
  // none; nothing: this account may not see that. Empty: there is none.
  std::function<std::optional<std::string>(const kube::ResourceId&)> mutated_since;
  // Whether the server has the kind; empty: it has all.
  std::function<bool(const kube::ResourceId&)> serves;
};

enum class Verify : std::uint8_t {
  kAuto,    // ask about what is not proven
  kServer,  // ask about everything
  kLocal,   // ask nothing
};

}  // namespace plumb::plan
