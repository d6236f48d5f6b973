#pragma once
// Who owns a field of a live object: its managedFields.

#include <functional>

#include "yaml/node.h"
#include "yaml/path.h"

namespace plumb::diff {

// Whether an entry of live's managedFields that `counts` owns the field, or something below it.
bool is_managed(const yaml::Node& live, const yaml::Path& path,
                const std::function<bool(const yaml::Node& entry)>& counts);

// Whether a server-side apply gave the field: then the next one, without it, takes it away.
bool is_applied(const yaml::Node& live, const yaml::Path& path);

}  // namespace plumb::diff
