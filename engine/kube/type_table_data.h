#pragma once
// The arrays that compile_type_table writes from schemas/kubernetes.types; read through
// type_table.h.

#include <cstddef>

#include "kube/type_table.h"

namespace plumb::kube::table {

extern const char kText[];
extern const TableText kTexts[];      // what TableTexts name
extern const ValueType kValues[];     // what fields and elements are
extern const FieldInfo kFields[];     // type by type, each by name
extern const TypeInfo kTypes[];       // kinds by apiVersion and name, then the other types likewise
extern const std::size_t kKindCount;  // of the types, how many are kinds
extern const std::size_t kTypeCount;
extern const Life kLives[];
extern const std::size_t kLifeCount;
extern const TableText kReleases[];
extern const std::size_t kReleaseCount;

}  // namespace plumb::kube::table
