// Secrets, a line each up to a line of `%%`, and a text: none of them is left in it, whatever they
// have in common, and a text of characters stays one.

#include <algorithm>

#include "door.h"
#include "report/json_writer.h"
#include "report/masker.h"
#include "yaml/json.h"

using namespace plumb;

namespace {

constexpr std::size_t kSecrets = 50;
constexpr std::size_t kLong = 8;  // bytes: shorter ones count only where they stand alone

// Every line of a mark is ours.
bool is_part_of_a_mark(std::string_view value) {
  if (contains(value, "secret")) return true;
  return std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; });
}

void check_json(const std::string& masked) {
  Arena arena;
  fuzz::require(yaml::read_json(report::json_string(masked), {}, arena)->text == masked);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > fuzz::kBytesMax) return 0;
  const std::vector<std::string> parts = fuzz::parts_of(fuzz::text_of(data, size), 2);
  const std::vector<std::string_view> secrets = split(std::string_view(parts[0]), '\n');
  if (secrets.size() > kSecrets) return 0;
  report::Masker masker;
  for (const std::string_view secret : secrets) masker.add_value(secret);
  const std::string masked = masker.mask(parts[1]);
  const std::string name = masker.mask_name(parts[1]);
  const bool whole = find_invalid_utf8(parts[1]) == std::string_view::npos;
  for (const std::string_view secret : secrets) {
    if (!whole || secret.size() < kLong || is_part_of_a_mark(secret)) continue;
    if (find_invalid_utf8(secret) != std::string_view::npos) continue;
    if (masker.mask(secret) == secret) continue;  // a word that every document has
    fuzz::require(!contains(masked, secret));
    // Letters that no word has.
    if (contains(secret, "+")) fuzz::require(!contains(name, secret));
  }
  if (whole) check_json(masked), check_json(name);
  return 0;
}
