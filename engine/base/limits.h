#pragma once
// Every bound on input, with its name. All can be set in plumb.yaml under `limits:`; passing one is
// an error that names it.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/source.h"

namespace plumb {

struct Limits {
  std::uint64_t file_bytes = 64ULL << 20;  // one input file
  std::uint64_t read_depth = 10'000;       // nesting of a document that is read
  std::uint64_t render_depth = 1'000;      // nesting of what a template or a merge makes
  std::uint64_t alias_nodes = 1'000'000;   // nodes that aliases of one document add
  std::uint64_t starlark_steps = 500'000'000;
  std::uint64_t starlark_depth = 1'000;       // calls within calls
  std::uint64_t output_bytes = 256ULL << 20;  // what one target renders
  std::uint64_t objects = 200'000;            // in one target
  std::uint64_t include_depth = 64;           // kustomizations, libraries, loads within one another
  std::uint64_t memory_bytes = 4ULL << 30;    // what a run may take
  std::uint64_t answer_bytes = 256ULL << 20;  // one answer of a server, unpacked
};

struct LimitRow {
  std::string_view name;
  std::uint64_t Limits::* field;
  std::string_view meaning;
};
// The names, for plumb.yaml, errors and docs/reference/limits.md.
std::span<const LimitRow> limit_rows();

// Throws base/limit: "limit 'read_depth' (10000) passed", with how to raise it.
[[noreturn]] void fail_limit(const Limits& limits, std::uint64_t Limits::* field, Span span);

}  // namespace plumb
