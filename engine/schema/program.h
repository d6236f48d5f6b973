#pragma once
// What a schema is compiled into: rules that refer to one another by number.

#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/regex.h"
#include "schema/json_schema.h"

namespace plumb::kube {
struct TypeInfo;
}

namespace plumb::schema {

using RuleId = std::uint32_t;
constexpr RuleId kNoRule = std::numeric_limits<RuleId>::max();

// Types of JSON as bits.
enum TypeBit : std::uint8_t {
  kNullBit = 1,
  kBooleanBit = 2,
  kIntegerBit = 4,
  kNumberBit = 8,
  kStringBit = 16,
  kListBit = 32,
  kMappingBit = 64,
  kAnyType = 127,
};

struct Property {
  std::string_view name;
  RuleId rule = kNoRule;
};

struct Dependency {
  std::string_view name;                  // if this is there …
  std::vector<std::string_view> members;  // … so must these be
  RuleId rule = kNoRule;                  // … and this must hold
};

struct Bound {
  long double value = 0;
  std::string_view text;
};

enum class ListType : std::uint8_t { kAtomic, kSet, kMap };

struct Rule {
  std::uint8_t types = kAnyType;
  bool never = false;  // the schema `false`
  RuleId reference = kNoRule;
  const kube::TypeInfo* built_in = nullptr;  // instead of all that follows
  bool built_in_partial = false;             // its own required fields may be missing

  // Mappings. Properties by name, in byte order.
  std::vector<Property> properties;
  std::vector<std::string_view> required;
  std::vector<std::pair<const Regex*, RuleId>> patterns;
  RuleId additional = kNoRule;
  bool closed = false;  // no member beyond those named
  RuleId names = kNoRule;
  std::vector<Dependency> dependencies;

  // Lists.
  RuleId items = kNoRule;
  std::vector<RuleId> tuple;
  RuleId beyond_tuple = kNoRule;
  RuleId contains = kNoRule;
  std::uint64_t min_contains = 1, max_contains = std::numeric_limits<std::uint64_t>::max();
  bool unique = false;
  ListType list_type = ListType::kAtomic;
  std::vector<std::pair<std::string_view, std::string_view>> list_keys;  // and their defaults

  // Sizes: of lists, of mappings, of strings.
  std::uint64_t min_items = 0, max_items = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t min_members = 0, max_members = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t min_length = 0, max_length = std::numeric_limits<std::uint64_t>::max();

  // Scalars.
  const Regex* pattern = nullptr;
  std::string_view pattern_text;
  std::string_view format;
  std::optional<Bound> minimum, maximum, above, below, multiple_of;
  bool minimum_exclusive = false, maximum_exclusive = false;

  // Any.
  const yaml::Node* constant = nullptr;
  const yaml::Node* enumeration = nullptr;      // the list
  std::vector<std::string_view> string_values;  // of the enumeration, sorted, when all are strings
  std::vector<RuleId> all_of, any_of, one_of;
  RuleId negated = kNoRule, condition = kNoRule, then = kNoRule, otherwise = kNoRule;

  // The structural dialect.
  bool nullable = false;
  bool int_or_string = false;
  bool preserve_unknown = false;
  bool embedded = false;  // an object with apiVersion, kind and metadata
};

class Schema {
 public:
  std::deque<Rule> rules;
  std::deque<Regex> expressions;
  Dialect dialect = Dialect::kJsonSchema;
  RuleId root = kNoRule;
  std::size_t cel_rules = 0;
};

}  // namespace plumb::schema
