#include "base/limits.h"

#include <array>

#include "base/diagnostic.h"
#include "base/text.h"

namespace plumb {

namespace {
constexpr std::array kRows{
    LimitRow{"file_bytes", &Limits::file_bytes, "bytes of one input file"},
    LimitRow{"read_depth", &Limits::read_depth, "nesting of a document that is read"},
    LimitRow{"render_depth", &Limits::render_depth, "nesting of what a template or a merge makes"},
    LimitRow{"alias_nodes", &Limits::alias_nodes,
             "nodes that the aliases of one document stand for"},
    LimitRow{"starlark_steps", &Limits::starlark_steps, "steps of one template program"},
    LimitRow{"starlark_depth", &Limits::starlark_depth, "calls within calls in a template program"},
    LimitRow{"output_bytes", &Limits::output_bytes, "bytes that one target renders"},
    LimitRow{"objects", &Limits::objects, "objects in one target"},
    LimitRow{"include_depth", &Limits::include_depth,
             "kustomizations, libraries or modules within one another"},
    LimitRow{"memory_bytes", &Limits::memory_bytes, "bytes of memory that a run may take"},
    LimitRow{"answer_bytes", &Limits::answer_bytes, "bytes of one answer of a server, unpacked"},
};
}  // namespace

std::span<const LimitRow> limit_rows() { return kRows; }

void fail_limit(const Limits& limits, std::uint64_t Limits::* field, Span span) {
  for (const LimitRow& row : kRows) {
    if (row.field != field) continue;
    const std::string value = std::to_string(limits.*field);
    fail("base/limit", span, cat("limit '", row.name, "' (", value, ") passed: ", row.meaning),
         {{cat("raise it in plumb.yaml with 'limits: {", row.name, ": N}' if the input is right")}},
         {std::string(row.name), value});
  }
  std::terminate();  // a Limits member without a row
}

}  // namespace plumb
