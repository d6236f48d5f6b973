#pragma once
// Objects against the table of built-in types.

#include <string_view>

#include "kube/type_table.h"
#include "schema/finding.h"

namespace plumb::schema {

// What a walk over built-in types needs to know.
struct TypeCheck {
  Findings& findings;
  std::string_view release;   // of Kubernetes; empty: the newest the table has
  bool placeholders = false;  // a text with "{{" stands for any scalar (Argo Workflows)
  bool partial = false;       // the first struct's required fields may be missing
};

// Codes: schema/unknown-field, type, required, enum, range, format, duplicate-item, gone-field.
// A null member is the same as none, as it is for the API server.
void check_struct(const kube::TypeInfo& type, const Frame& frame, TypeCheck& check);

}  // namespace plumb::schema
