#pragma once
// Who owns a field of a live object: its managedFields.

#include <functional>
#include <string_view>

#include "diff/change.h"
#include "yaml/node.h"
#include "yaml/path.h"

namespace plumb::diff {

// Whether an entry of live's managedFields that `counts` owns the field, or something below it.
bool is_managed(const yaml::Node& live, const yaml::Path& path,
                const std::function<bool(const yaml::Node& entry)>& counts);

// Whether a server-side apply gave the field: then the next one, without it, takes it away.
// `manager`: whose; empty: anybody's.
bool is_applied(const yaml::Node& live, const yaml::Path& path, std::string_view manager = {});

// The last of the field's owners who is not `applier`; nobody where managedFields tell nothing.
Writer last_writer(const yaml::Node& live, const yaml::Path& path, std::string_view applier);
// Whether the field is owned through the scale subresource, as an autoscaler or `kubectl scale`
// writes it.
bool is_scaled(const yaml::Node& live, const yaml::Path& path);

}  // namespace plumb::diff
