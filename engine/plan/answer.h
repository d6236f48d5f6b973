#pragma once
// What a server means by its answer to a dry run.
//
// Source of the rules: the answers of a Kubernetes 1.36 to the cases that have to be told apart.
// The content type and the kind of the body tell nothing: errors of the load guards are plain text,
// and an unknown field is an internal error without a reason.

#include <string>

#include "plan/server.h"

namespace plumb::plan {

enum class Meaning : std::uint8_t {
  kDone,         // the body is the object as it would be
  kRefused,      // it will be refused for real, too: `rule` and `text` say why
  kNotAllowed,   // this account may not write it, which says nothing of the object
  kNoNamespace,  // its namespace is not there
  kNoKind,       // the server does not have the kind
  kMoved,        // it changed while it was looked at
  kUnknown,      // nobody knows: the load is too high, a webhook is down, …
};

struct Judgement {
  Meaning meaning = Meaning::kUnknown;
  std::string rule;  // of kRefused: "server-admission", "server-quota", …
  std::string text;  // the server's words, without the values it repeats
};

Judgement judge(const Answer& answer);

}  // namespace plumb::plan
