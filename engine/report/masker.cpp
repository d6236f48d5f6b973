#include "report/masker.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>

#include "base/base64.h"
#include "base/diagnostic.h"
#include "base/text.h"
#include "yaml/emit.h"

namespace plumb::report {

namespace {

constexpr std::size_t kBeginning = 4;  // bytes; shorter values are masked by their place only
constexpr std::size_t kAlone = 8;      // shorter ones count only where they stand alone

constexpr std::size_t kDigits = 6;       // of a number that may be a secret
constexpr std::size_t kNameDigits = 3;   // in a row, in a name
constexpr std::size_t kReference = 400;  // bytes of KIND/NAMESPACE/NAME

constexpr std::array<std::string_view, 18> kEverydayWords{
    "true",    "false",    "null",       "none",   "default",   "latest",
    "http",    "https",    "root",       "debug",  "enable",    "enabled",
    "disable", "disabled", "kubernetes", "system", "localhost", "info"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

// "8080", "-0.25"
bool is_small_number(std::string_view value) {
  if (value.starts_with('-') || value.starts_with('+')) value.remove_prefix(1);
  const auto digits = static_cast<std::size_t>(std::ranges::count_if(value, is_digit));
  const std::size_t points = value.size() - digits;
  return digits > 0 && digits < kDigits &&
         (points == 0 || (points == 1 && value.find('.') != std::string_view::npos));
}

bool is_everyday(std::string_view value) {
  return is_small_number(value) ||
         std::ranges::find(kEverydayWords, lower(value)) != kEverydayWords.end();
}

// "shop", "v1beta1", "eu2", "imagePullPolicy", "TLS": what a person would call something.
bool is_name_word(std::string_view word) {
  const bool shouted = std::ranges::none_of(word, is_lower);
  std::size_t digits = 0, runs = 0;
  for (std::size_t at = 0; at < word.size(); ++at) {
    const char c = word[at];
    if (is_digit(c)) {
      if (digits++ == 0) ++runs;
      if (digits > kNameDigits || runs > 2) return false;
      continue;
    }
    digits = 0;
    if (is_upper(c) && !shouted && !(at + 1 < word.size() && is_lower(word[at + 1]))) return false;
    if (!is_upper(c) && !is_lower(c)) return false;
  }
  return true;
}

// Words with '-', '.', '_', '/' or ':' between them.
bool reads_like_a_name(std::string_view value) {
  while (!value.empty()) {
    const std::size_t end = std::min(value.find_first_of("-._/:"), value.size());
    if (!is_name_word(value.substr(0, end))) return false;
    value.remove_prefix(std::min(end + 1, value.size()));
  }
  return true;
}

// Of the name of an object in a sentence.
bool is_in_reference(char c) {
  return is_digit(c) || is_lower(c) || is_upper(c) ||
         std::string_view("-._/").find(c) != std::string_view::npos;
}

bool is_letter_or_digit(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

// Values may be bytes that are no text: they are not looked for within a character.
bool splits_character(std::string_view text, std::size_t at) {
  return at > 0 && at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
}

std::string url_encoded(std::string_view value, bool upper, bool plus) {
  const std::string_view digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
  std::string out;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_letter_or_digit(c) || c == '-' || c == '_' || c == '.' || c == '~') {
      out.push_back(c);
    } else if (c == ' ' && plus) {
      out.push_back('+');
    } else {
      out.push_back('%');
      out.push_back(digits[byte >> 4]);
      out.push_back(digits[byte & 15]);
    }
  }
  return out;
}

// As it stands within the quotes of a JSON string.
std::string json_escaped(std::string_view value, bool html) {
  Arena arena;
  const std::string quoted =
      yaml::emit_json(*yaml::make_string_view(arena, value), {true, html, 0});
  return quoted.substr(1, quoted.size() - 2);
}

std::string without_padding(std::string text) {
  while (text.ends_with('=')) text.pop_back();
  return text;
}

// The first four bytes as a number.
std::uint32_t beginning_of(std::string_view text) {
  std::uint32_t number = 0;
  std::memcpy(&number, text.data(), kBeginning);
  return number;
}

bool is_secret(const yaml::Node& body) {
  return yaml::text_at(body, {"kind"}) == "Secret" && yaml::text_at(body, {"apiVersion"}) == "v1";
}

template <typename Work>
void each_scalar(const yaml::Node& node, Work& work) {
  if (node.is_scalar() && !node.is_null()) work(node.text);
  for (const yaml::Node* const item : node.items) each_scalar(*item, work);
  for (const yaml::Entry& entry : node.entries) each_scalar(*entry.value, work);
}

}  // namespace

Masker::Masker(std::span<const std::string> sensitive) {
  for (const std::string& text : sensitive) {
    const std::size_t blank = text.find(' ');
    const std::vector<std::string_view> parts = split(std::string_view(text).substr(0, blank), '/');
    const auto path = blank == std::string::npos
                          ? std::nullopt
                          : yaml::parse_path(trim(std::string_view(text).substr(blank)));
    if (!path || parts.size() < 2 || parts.size() > 3) {
      fail("report/sensitive-path", {}, cat("expected 'KIND/NAME PATH', got '", text, "'"),
           {{"for example: ConfigMap/app data.token"}}, {text});
    }
    fields_.push_back({std::string(parts.front()),
                       parts.size() == 3 ? std::string(parts[1]) : std::string(),
                       std::string(parts.back()), *path});
  }
}

std::uint32_t Masker::number_of(std::string_view value) {
  const auto next = static_cast<std::uint32_t>(numbers_.size() + 1);
  return numbers_.emplace(std::string(value), next).first->second;
}

void Masker::add_pattern(std::string text, std::uint32_t mark, bool padded) {
  if (text.size() < kBeginning) return;
  auto& patterns = by_beginning_[beginning_of(text)][text.size()];
  if (patterns.contains(text)) return;
  const std::string& kept = texts_.emplace_back(std::move(text));
  patterns.emplace(kept, Pattern{mark, kept.size() < kAlone, padded, reads_like_a_name(kept)});
}

void Masker::learn(std::string_view value) {
  if (value.size() < kBeginning || is_everyday(value)) return;
  const std::uint32_t mark = number_of(value);
  add_pattern(std::string(value), mark, false);
  const std::string encoded = base64_encode(value);
  add_pattern(without_padding(encoded), mark, true);
  add_pattern(without_padding(replace_all(replace_all(encoded, "+", "-"), "/", "_")), mark, true);
  for (const bool flag : {true, false}) {
    add_pattern(url_encoded(value, flag, false), mark, false);
    add_pattern(url_encoded(value, flag, true), mark, false);
    add_pattern(json_escaped(value, flag), mark, false);
  }
}

void Masker::add_value(std::string_view value) {
  learn(value);
  const std::string_view trimmed = trim(value);
  if (trimmed.size() != value.size()) learn(trimmed);
  if (!contains(trimmed, "\n")) return;
  for (const std::string_view line : split(trimmed, '\n')) {
    if (trim(line).size() >= kAlone) learn(trim(line));
  }
}

void Masker::add(const yaml::Node& body) {
  references_.insert(kube::describe(kube::id_of(body)));
  auto take = [&](std::string_view value) { add_value(value); };
  if (is_secret(body)) {
    if (const yaml::Node* const data = yaml::find(body, "data")) {
      for (const yaml::Entry& entry : data->entries) {
        const auto value = base64_decode(entry.value->text);
        add_value(value ? *value : std::string(entry.value->text));
      }
    }
    if (const yaml::Node* const plain = yaml::find(body, "stringData")) each_scalar(*plain, take);
  }
  if (fields_.empty()) return;
  const kube::ResourceId id = kube::id_of(body);
  for (const Field& field : fields_) {
    if (field.kind != id.kind || field.name != id.name) continue;
    if (!field.namespace_name.empty() && field.namespace_name != id.namespace_name) continue;
    if (const yaml::Node* const value = yaml::find_path(body, field.path)) {
      each_scalar(*value, take);
    }
  }
}

void Masker::add(const kube::ResourceSet& set) {
  for (const kube::Resource& resource : set.resources) add(*resource.body);
}

Masker::Match Masker::match(std::string_view text, std::size_t at, bool is_name) const {
  if (text.size() - at < kBeginning) return {};
  const auto found = by_beginning_.find(beginning_of(text.substr(at)));
  if (found == by_beginning_.end()) return {};
  for (const auto& [length, patterns] : found->second) {
    if (length > text.size() - at) continue;
    const auto pattern = patterns.find(text.substr(at, length));
    if (pattern == patterns.end()) continue;
    const std::size_t end = at + length;
    const bool joined = (at > 0 && is_letter_or_digit(text[at - 1])) ||
                        (end < text.size() && is_letter_or_digit(text[end]));
    if (pattern->second.alone && joined) continue;
    if (splits_character(text, at) || splits_character(text, end)) continue;
    if (pattern->second.named && (is_name || is_reference(text, at, length))) continue;
    return {&pattern->second, length};
  }
  return {};
}

// Whether the stretch is part of the name of an object.
bool Masker::is_reference(std::string_view text, std::size_t at, std::size_t length) const {
  std::size_t begin = at, end = at + length;
  while (begin > 0 && end - begin <= kReference && is_in_reference(text[begin - 1])) --begin;
  while (end < text.size() && end - begin <= kReference && is_in_reference(text[end])) ++end;
  return references_.contains(std::string(text.substr(begin, end - begin)));
}

std::string Masker::masked(std::string_view text, bool is_name) const {
  if (by_beginning_.empty()) return std::string(text);
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto [pattern, length] = match(text, at, is_name);
    if (pattern == nullptr) {
      out.push_back(text[at++]);
      continue;
    }
    out += cat("‹secret ", pattern->mark, "›");
    at += length;
    while (pattern->padded && at < text.size() && text[at] == '=') ++at;
  }
  return out;
}

std::string Masker::mask(std::string_view text) const { return masked(text, false); }
std::string Masker::mask_name(std::string_view name) const { return masked(name, true); }

bool Masker::is_sensitive(const kube::ResourceId& id, const yaml::Path& path) const {
  if (id.kind == "Secret" && id.group.empty() && !path.steps.empty() &&
      (path.steps[0].key == "data" || path.steps[0].key == "stringData")) {
    return true;
  }
  return std::ranges::any_of(fields_, [&](const Field& field) {
    return field.kind == id.kind && field.name == id.name &&
           (field.namespace_name.empty() || field.namespace_name == id.namespace_name) &&
           std::equal(path.steps.begin(),
                      path.steps.begin() + static_cast<std::ptrdiff_t>(std::min(
                                               path.steps.size(), field.path.steps.size())),
                      field.path.steps.begin());
  });
}

std::string Masker::mark_of(std::string_view value, bool encoded) {
  const auto plain = encoded ? base64_decode(value) : std::nullopt;
  return cat("‹secret ", number_of(plain ? *plain : value), "›");
}

}  // namespace plumb::report
