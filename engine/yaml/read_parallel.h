#pragma once
// read_parallel() with parts of any size, for tests of small texts; not for other modules.

#include "yaml/read.h"

namespace plumb::yaml {

// The text is read in parts of at least `part_bytes`, where it has several.
Stream read_in_parts(const SourceStore& sources, SourceId id, const Profile& profile, Arena& arena,
                     unsigned jobs, std::size_t part_bytes, const Limits& limits);

}  // namespace plumb::yaml
