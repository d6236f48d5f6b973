#pragma once
// The grammars of strings that schemas name: quantities, times, addresses.

#include <optional>
#include <string_view>

namespace plumb::schema {

// A Kubernetes quantity: "500m", "1.5Gi", "1e9", "-3".
bool is_quantity(std::string_view text);
// RFC 3339, as Go's time.Parse takes it: "2026-01-31T10:00:00Z".
bool is_date_time(std::string_view text);
bool is_base64(std::string_view text);

// Names in Kubernetes. A label: [a-z0-9]([-a-z0-9]*[a-z0-9])?, at most 63 bytes; a subdomain:
// labels with dots between, at most 253; a qualified name: [SUBDOMAIN/]NAME.
bool is_dns_label(std::string_view text);
bool is_dns_subdomain(std::string_view text);
bool is_qualified_name(std::string_view text);
bool is_label_value(std::string_view text);  // "" too
bool is_port_name(std::string_view text);
bool is_data_key(std::string_view text);

// Whether a `format` of JSON Schema or OpenAPI holds; nothing when the format is not one that is
// checked (Kubernetes ignores those it does not know). For strings; int32 and int64 are checked as
// numbers.
std::optional<bool> fits_format(std::string_view format, std::string_view text);

}  // namespace plumb::schema
