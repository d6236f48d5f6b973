#include <algorithm>
#include <array>

#include "base/text.h"
#include "yaml/emitter.h"

namespace plumb::yaml {

namespace {

bool is_letter(char32_t c) {
  // Letters beyond ASCII: every script's letters lie outside the general punctuation and symbol
  // blocks.
  if (c < 0x80) return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
  return c == 0xAA || c == 0xB5 || c == 0xBA ||
         (c >= 0xC0 && c != 0xD7 && c != 0xF7 && !(c >= 0x2000 && c < 0x2C00) &&
          !(c >= 0x3000 && c < 0x3005) && c < 0xE000) ||
         (c >= 0xF900 && c < 0xFE00) || c >= 0x10000;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// A run of digits as a number; large ones wrap, as they do in Go.
struct DigitRun {
  std::int64_t value = 0;
  std::size_t end = 0;
};

DigitRun read_digits(std::string_view text, std::size_t from, bool leading_one) {
  std::uint64_t value = leading_one ? 1 : 0;
  std::size_t end = from;
  while (end < text.size() && is_digit(text[end]))
    value = value * 10 + static_cast<unsigned>(text[end++] - '0');
  return {static_cast<std::int64_t>(value), end};
}

// Does a digit other than zero stand among the digits before `at`?
bool inside_number(std::string_view text, std::size_t at) {
  while (at > 0 && is_digit(text[at - 1])) {
    if (text[--at] != '0') return true;
  }
  return false;
}

// Where the texts start to differ, at the start of a character.
std::size_t common_prefix(std::string_view a, std::string_view b) {
  const std::size_t shorter = std::min(a.size(), b.size());
  std::size_t at = 0;
  while (at < shorter && a[at] == b[at]) ++at;
  if (at == shorter) return at;
  while (at > 0 && (static_cast<unsigned char>(a[at]) & 0xC0U) == 0x80) --at;
  return at;
}

char32_t character_at(std::string_view text, std::size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  return byte < 0x80 ? byte : next_code_point(text, at);
}

int compare(auto a, auto b) { return a < b ? -1 : a > b ? 1 : 0; }

// Most mappings are small, and many are sorted as they are.
template <typename Iterator, typename Less>
void sort_stably(Iterator from, Iterator to, const Less& less) {
  constexpr std::ptrdiff_t kSmall = 24;
  if (to - from > kSmall) {
    if (!std::is_sorted(from, to, less)) std::stable_sort(from, to, less);
    return;
  }
  for (Iterator next = from; next != to; ++next) {
    const auto entry = *next;
    Iterator hole = next;
    for (; hole != from && less(entry, *(hole - 1)); --hole) *hole = *(hole - 1);
    *hole = entry;
  }
}

// apiVersion, kind, metadata first: how people read a manifest.
std::ptrdiff_t rank_in_manifest(const Entry* entry) {
  constexpr std::array<std::string_view, 3> kFirst{"apiVersion", "kind", "metadata"};
  return std::find(kFirst.begin(), kFirst.end(), entry->key->text) - kFirst.begin();
}

}  // namespace

int compare_natural(std::string_view a, std::string_view b) {
  const std::size_t i = common_prefix(a, b);
  if (i == a.size() || i == b.size()) return compare(a.size(), b.size());
  const char32_t x = character_at(a, i);
  const char32_t y = character_at(b, i);
  if (x == y) return compare(a, b);  // bytes that are no characters
  const bool letter_x = is_letter(x);
  const bool letter_y = is_letter(y);
  if (letter_x && letter_y) return compare(x, y);
  if (letter_x || letter_y) return letter_y ? -1 : 1;
  // A zero counts as leading only at the start of a number: 1 < 10, but 01 < 1.
  const bool leading_one = (x == '0' || y == '0') && inside_number(a, i);
  const DigitRun run_a = read_digits(a, i, leading_one);
  const DigitRun run_b = read_digits(b, i, leading_one);
  if (run_a.value != run_b.value) return compare(run_a.value, run_b.value);
  if (run_a.end != run_b.end) return compare(run_a.end, run_b.end);
  return compare(x, y);
}

void order_entries(std::vector<const Entry*>::iterator from, std::vector<const Entry*>::iterator to,
                   KeyOrder order) {
  const auto sort = [&](const auto& less) { sort_stably(from, to, less); };
  switch (order) {
    case KeyOrder::kSource:
      return;
    case KeyOrder::kNatural:
      return sort([](const Entry* a, const Entry* b) {
        return compare_natural(a->key->text, b->key->text) < 0;
      });
    case KeyOrder::kManifest:
      return sort(
          [](const Entry* a, const Entry* b) { return rank_in_manifest(a) < rank_in_manifest(b); });
  }
}

}  // namespace plumb::yaml
