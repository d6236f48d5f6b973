#pragma once
// What plain scalars say: numbers, booleans, nulls, dates.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "yaml/read.h"

namespace plumb::yaml {

// The value of a kFloat's text, ".inf" and "-.Inf" and ".nan" included, and of integers that are
// too large.
double float_value(std::string_view text);

// A plain text that go-yaml takes for a date, as RFC 3339 ("2001-01-01T00:00:00Z"), or nothing.
std::optional<std::string> timestamp_rfc3339(std::string_view text);

// What the YAML 1.1 type repository calls a timestamp; wider than what go-yaml takes for one.
bool looks_like_timestamp(std::string_view text);

// A YAML 1.1 number of base 60 ("1:30"), which go-yaml leaves a string but quotes for other
// readers.
bool looks_base60(std::string_view text);

}  // namespace plumb::yaml
