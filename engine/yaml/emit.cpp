#include "yaml/emit.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.h"
#include "yaml/emitter.h"

namespace plumb::yaml {

const EmitProfile kPlumbOutput{"plumb", KeyOrder::kManifest, 0, Numbers::kAsWritten, false};
const EmitProfile kKustomizeOutput{"kustomize", KeyOrder::kNatural, 80, Numbers::kGoAfterJson,
                                   true};
const EmitProfile kYttOutput{"ytt", KeyOrder::kSource, 0, Numbers::kGo, true};

namespace {

constexpr int kIndent = 2;
constexpr std::size_t kSimpleKeyBytesMax = 128;

bool is_letter(char32_t c) {
  // Letters beyond ASCII: every script's letters lie outside the general punctuation and symbol
  // blocks.
  if (c < 0x80) return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
  return c == 0xAA || c == 0xB5 || c == 0xBA ||
         (c >= 0xC0 && c != 0xD7 && c != 0xF7 && !(c >= 0x2000 && c < 0x2C00) &&
          !(c >= 0x3000 && c < 0x3005) && c < 0xE000) ||
         (c >= 0xF900 && c < 0xFE00) || c >= 0x10000;
}

std::vector<char32_t> code_points(std::string_view text) {
  std::vector<char32_t> points;
  for (std::size_t at = 0; at < text.size();) points.push_back(next_code_point(text, at));
  return points;
}

bool is_digit(char32_t c) { return c >= '0' && c <= '9'; }

// A run of digits as a number; large ones wrap, as they do in Go.
struct DigitRun {
  std::int64_t value = 0;
  std::size_t end = 0;
};

DigitRun read_digits(const std::vector<char32_t>& text, std::size_t from, bool leading_one) {
  std::uint64_t value = leading_one ? 1 : 0;
  std::size_t end = from;
  while (end < text.size() && is_digit(text[end])) value = value * 10 + (text[end++] - '0');
  return {static_cast<std::int64_t>(value), end};
}

// Does a digit other than zero stand among the digits before `at`?
bool inside_number(const std::vector<char32_t>& text, std::size_t at) {
  while (at > 0 && is_digit(text[at - 1])) {
    if (text[--at] != '0') return true;
  }
  return false;
}

std::vector<const Entry*> ordered_entries(const Node& node, KeyOrder order) {
  std::vector<const Entry*> entries;
  entries.reserve(node.entries.size());
  for (const Entry& entry : node.entries) entries.push_back(&entry);
  if (order == KeyOrder::kNatural) {
    std::stable_sort(entries.begin(), entries.end(), [](const Entry* a, const Entry* b) {
      return compare_natural(a->key->text, b->key->text) < 0;
    });
  }
  return entries;
}

// apiVersion, kind, metadata first: how people read a manifest.
std::vector<const Entry*> manifest_entries(const Node& node) {
  std::vector<const Entry*> entries = ordered_entries(node, KeyOrder::kSource);
  constexpr std::array<std::string_view, 3> kFirst{"apiVersion", "kind", "metadata"};
  const auto rank = [&](const Entry* entry) {
    return std::find(kFirst.begin(), kFirst.end(), entry->key->text) - kFirst.begin();
  };
  std::stable_sort(entries.begin(), entries.end(),
                   [&](const Entry* a, const Entry* b) { return rank(a) < rank(b); });
  return entries;
}

}  // namespace

int compare_natural(std::string_view left, std::string_view right) {
  const std::vector<char32_t> a = code_points(left);
  const std::vector<char32_t> b = code_points(right);
  const std::size_t common = std::min(a.size(), b.size());
  std::size_t i = 0;
  while (i < common && a[i] == b[i]) ++i;
  if (i == common) return a.size() < b.size() ? -1 : a.size() > b.size() ? 1 : 0;
  const bool letter_a = is_letter(a[i]);
  const bool letter_b = is_letter(b[i]);
  if (letter_a && letter_b) return a[i] < b[i] ? -1 : 1;
  if (letter_a || letter_b) return letter_b ? -1 : 1;
  // A zero counts as leading only at the start of a number: 1 < 10, but 01 < 1.
  const bool leading_one = (a[i] == '0' || b[i] == '0') && inside_number(a, i);
  const DigitRun run_a = read_digits(a, i, leading_one);
  const DigitRun run_b = read_digits(b, i, leading_one);
  if (run_a.value != run_b.value) return run_a.value < run_b.value ? -1 : 1;
  if (run_a.end != run_b.end) return run_a.end < run_b.end ? -1 : 1;
  return a[i] < b[i] ? -1 : 1;
}

void emit_to(std::string& out, const Node& node, const EmitProfile& profile) {
  Emitter(out, profile).emit_root(node);
}

std::string emit(const Node& node, const EmitProfile& profile) {
  std::string out;
  emit_to(out, node, profile);
  return out;
}

void Emitter::emit_root(const Node& node) {
  if (node.is_mapping() && profile_.keys == KeyOrder::kManifest && !node.entries.empty()) {
    bool first = true;
    for (const Entry* entry : manifest_entries(node)) {
      if (!first) break_line(0);
      first = false;
      write_entry(*entry, 0);
    }
  } else {
    write_node(node, 0, Place::kRoot);
  }
  if (out_.empty() || out_.back() != '\n') out_.push_back('\n');
}

void Emitter::write_node(const Node& node, int indent, Place place) {
  if (node.is_scalar()) {
    write_scalar(node, indent + kIndent, false);
  } else if (node.is_mapping()) {
    if (node.entries.empty()) {
      out_ += "{}";
    } else {
      write_mapping(node, indent, place);
    }
  } else if (node.items.empty()) {
    out_ += "[]";
  } else {
    write_sequence(node, indent, place);
  }
}

// A collection behind "key:" starts on the next line, one behind "- " goes on in the same line, two
// columns further.
void Emitter::write_mapping(const Node& node, int indent, Place place) {
  const int column = place == Place::kRoot ? indent : indent + kIndent;
  bool first = place != Place::kMappingValue;
  const auto write_one = [&](const Entry& entry) {
    if (!first) break_line(column);
    first = false;
    write_entry(entry, column);
  };
  if (profile_.keys == KeyOrder::kNatural) {
    for (const Entry* entry : ordered_entries(node, KeyOrder::kNatural)) write_one(*entry);
  } else {
    for (const Entry& entry : node.entries) write_one(entry);
  }
}

// The items of a mapping's sequence stand in the column of its key.
void Emitter::write_sequence(const Node& node, int indent, Place place) {
  const int column = place == Place::kInline ? indent + kIndent : indent;
  bool first = place != Place::kMappingValue;
  for (const Node* const item : node.items) {
    if (!first) break_line(column);
    first = false;
    out_ += "- ";
    write_node(*item, column, Place::kInline);
    if (out_.back() == ' ' && item->is_scalar()) out_.pop_back();
  }
}

void Emitter::write_entry(const Entry& entry, int indent) {
  if (is_simple_key(*entry.key)) {
    write_scalar(*entry.key, indent + kIndent, true);
    out_ += ':';
    const Node& value = *entry.value;
    const bool same_line = value.is_scalar() || yaml::is_empty(value);
    if (same_line) out_ += ' ';
    write_node(value, indent, Place::kMappingValue);
    return;
  }
  out_ += "? ";
  write_node(*entry.key, indent, Place::kInline);
  break_line(indent);
  out_ += ": ";
  write_node(*entry.value, indent, Place::kInline);
}

bool Emitter::is_simple_key(const Node& key) const {
  if (!key.is_scalar()) return yaml::is_empty(key);
  const ScalarText scalar = scalar_text(key, profile_);
  return scalar.text.size() <= kSimpleKeyBytesMax &&
         !analyze(scalar.text, profile_.go_printable).multiline;
}

void Emitter::break_line(int indent) {
  if (out_.size() != line_ || out_.empty()) {
    if (out_.empty() || out_.back() != '\n') out_.push_back('\n');
  }
  line_ = out_.size();
  out_.append(static_cast<std::size_t>(indent), ' ');
}

bool Emitter::past_width() const {
  if (profile_.fold_width == 0) return false;
  const std::size_t width = static_cast<std::size_t>(profile_.fold_width);
  if (out_.size() - line_ <= width) return false;  // not even in bytes
  return utf8_length(std::string_view(out_).substr(line_)) > width;
}

}  // namespace plumb::yaml
