#pragma once
// Values of which a file tells whether they are equal to another one, and nothing more.
//
//   const std::string mark = seal(key, "hunter2");    "sealed:hmac-sha256:…", the same every time
//   is_sealed(mark)                  == true
//   is_seal_of(mark, key, "hunter2") == true
//
// A mark is a keyed digest (HMAC with SHA-256). Who has the key can try guesses; without it a mark
// tells nothing but its equality with another mark of the same key.

#include <string>
#include <string_view>

namespace plumb::kube {

std::string seal(std::string_view key, std::string_view value);
bool is_sealed(std::string_view text);
bool is_seal_of(std::string_view mark, std::string_view key, std::string_view value);

}  // namespace plumb::kube
