#include "schema/format.h"

#include <algorithm>
#include <array>

#include "base/base64.h"
#include "base/text.h"

namespace plumb::schema {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

bool is_lower_alphanumeric(char c) { return is_digit(c) || (c >= 'a' && c <= 'z'); }

bool is_alphanumeric(char c) { return is_lower_alphanumeric(c) || (c >= 'A' && c <= 'Z'); }

bool starts_and_ends(std::string_view text, bool (*right)(char)) {
  return !text.empty() && right(text.front()) && right(text.back());
}

// Takes digits off the front and gives how many there were.
std::size_t skip_digits(std::string_view& text) {
  std::size_t count = 0;
  while (count < text.size() && is_digit(text[count])) ++count;
  text.remove_prefix(count);
  return count;
}

bool skip(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool skip_sign(std::string_view& text) { return skip(text, "+") || skip(text, "-"); }

// A number of exactly `digits` digits within bounds, taken off the front.
bool skip_number(std::string_view& text, std::size_t digits, int low, int high) {
  if (text.size() < digits) return false;
  const std::string_view part = text.substr(0, digits);
  if (!std::all_of(part.begin(), part.end(), is_digit)) return false;
  text.remove_prefix(digits);
  const auto value = to_integer(part);
  return value && *value >= low && *value <= high;
}

int days_in_month(int year, int month) {
  constexpr std::array<int, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

bool skip_date(std::string_view& text) {
  const std::string_view whole = text;
  if (!skip_number(text, 4, 0, 9999) || !skip(text, "-") || !skip_number(text, 2, 1, 12) ||
      !skip(text, "-") || !skip_number(text, 2, 1, 31))
    return false;
  const auto number = [&](std::size_t at, std::size_t size) {
    return static_cast<int>(*to_integer(whole.substr(at, size)));
  };
  return number(8, 2) <= days_in_month(number(0, 4), number(5, 2));
}

bool skip_time(std::string_view& text) {
  if (!skip_number(text, 2, 0, 23) || !skip(text, ":") || !skip_number(text, 2, 0, 59) ||
      !skip(text, ":") || !skip_number(text, 2, 0, 60))
    return false;
  if (skip(text, ".") && skip_digits(text) == 0) return false;
  if (skip(text, "Z") || skip(text, "z")) return true;
  return skip_sign(text) && skip_number(text, 2, 0, 23) && skip(text, ":") &&
         skip_number(text, 2, 0, 59);
}

bool is_date(std::string_view text) { return skip_date(text) && text.empty(); }

bool is_time(std::string_view text) { return skip_time(text) && text.empty(); }

bool is_ipv4(std::string_view text) {
  const std::vector<std::string_view> parts = split(text, '.');
  return parts.size() == 4 && std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
           if (part.empty() || part.size() > 3 || (part.size() > 1 && part[0] == '0')) return false;
           return std::all_of(part.begin(), part.end(), is_digit) && *to_integer(part) <= 255;
         });
}

bool is_ipv6_group(std::string_view part) {
  return !part.empty() && part.size() <= 4 && std::all_of(part.begin(), part.end(), is_hex);
}

// The number of 16-bit groups in "a:b:1.2.3.4", or nothing.
std::optional<int> ipv6_groups(std::string_view text, bool may_end_in_ipv4) {
  if (text.empty()) return 0;
  int count = 0;
  const std::vector<std::string_view> parts = split(text, ':');
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (may_end_in_ipv4 && i + 1 == parts.size() && is_ipv4(parts[i]))
      count += 2;
    else if (is_ipv6_group(parts[i]))
      ++count;
    else
      return std::nullopt;
  }
  return count;
}

bool is_ipv6(std::string_view text) {
  const std::size_t gap = text.find("::");
  if (gap == std::string_view::npos) return ipv6_groups(text, true) == 8;
  const auto before = ipv6_groups(text.substr(0, gap), false);
  const auto behind = ipv6_groups(text.substr(gap + 2), true);
  return before && behind && *before + *behind <= 7;
}

bool is_cidr(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return false;
  const std::string_view address = text.substr(0, slash);
  const auto bits = to_integer(text.substr(slash + 1));
  if (!bits || *bits < 0 || !is_digit(text[slash + 1])) return false;
  return (is_ipv4(address) && *bits <= 32) || (is_ipv6(address) && *bits <= 128);
}

bool is_uuid(std::string_view text) {
  std::string digits;
  for (const char c : text)
    if (c != '-') digits += c;
  return digits.size() == 32 && std::all_of(digits.begin(), digits.end(), is_hex) &&
         (text.size() == 32 || (text.size() == 36 && text[8] == '-' && text[13] == '-' &&
                                text[18] == '-' && text[23] == '-'));
}

// Go's durations ("1h30m", "-1.5s"), which Kubernetes means by this format.
bool is_duration(std::string_view text) {
  skip_sign(text);
  if (text == "0") return true;
  if (text.empty()) return false;
  while (!text.empty()) {
    std::size_t digits = skip_digits(text);
    if (skip(text, ".")) digits += skip_digits(text);
    if (digits == 0) return false;
    constexpr std::array<std::string_view, 8> kUnits{"ns", "us", "µs", "μs", "ms", "s", "m", "h"};
    if (std::none_of(kUnits.begin(), kUnits.end(),
                     [&](std::string_view unit) { return skip(text, unit); }))
      return false;
  }
  return true;
}

struct FormatRow {
  std::string_view name;
  bool (*fits)(std::string_view);
};

constexpr std::array kFormats{
    FormatRow{"byte", is_base64},        FormatRow{"cidr", is_cidr},
    FormatRow{"date", is_date},          FormatRow{"date-time", is_date_time},
    FormatRow{"datetime", is_date_time}, FormatRow{"duration", is_duration},
    FormatRow{"ipv4", is_ipv4},          FormatRow{"ipv6", is_ipv6},
    FormatRow{"quantity", is_quantity},  FormatRow{"time", is_time},
    FormatRow{"uuid", is_uuid},
};

}  // namespace

bool is_quantity(std::string_view text) {
  skip_sign(text);
  std::size_t digits = skip_digits(text);
  if (skip(text, ".")) digits += skip_digits(text);
  if (digits == 0) return false;
  if (text.empty()) return true;
  if (text.size() > 1 && (text[0] == 'e' || text[0] == 'E')) {
    text.remove_prefix(1);
    skip_sign(text);
    return skip_digits(text) != 0 && text.empty();
  }
  constexpr std::array<std::string_view, 16> kSuffixes{"n", "u",  "m",  "k",  "M",  "G",  "T",  "P",
                                                       "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", ""};
  return std::find(kSuffixes.begin(), kSuffixes.end(), text) != kSuffixes.end();
}

bool is_date_time(std::string_view text) {
  return skip_date(text) && (skip(text, "T") || skip(text, "t")) && skip_time(text) && text.empty();
}

bool is_dns_label(std::string_view text) {
  return text.size() <= 63 && starts_and_ends(text, is_lower_alphanumeric) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_lower_alphanumeric(c) || c == '-'; });
}

bool is_dns_subdomain(std::string_view text) {
  const std::vector<std::string_view> parts = split(text, '.');
  return text.size() <= 253 && std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
           return starts_and_ends(part, is_lower_alphanumeric) &&
                  std::all_of(part.begin(), part.end(),
                              [](char c) { return is_lower_alphanumeric(c) || c == '-'; });
         });
}

bool is_label_value(std::string_view text) {
  return text.empty() ||
         (text.size() <= 63 && starts_and_ends(text, is_alphanumeric) && is_data_key(text));
}

bool is_qualified_name(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash != std::string_view::npos) {
    if (!is_dns_subdomain(text.substr(0, slash))) return false;
    text.remove_prefix(slash + 1);
  }
  return !text.empty() && is_label_value(text);
}

bool is_port_name(std::string_view text) {
  return text.size() <= 15 && is_dns_label(text) && text.find("--") == std::string_view::npos &&
         std::any_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

bool is_data_key(std::string_view text) {
  return !text.empty() && text.size() <= 253 && std::all_of(text.begin(), text.end(), [](char c) {
    return is_alphanumeric(c) || c == '-' || c == '_' || c == '.';
  });
}

bool is_base64(std::string_view text) { return base64_decode(text).has_value(); }

std::optional<bool> fits_format(std::string_view format, std::string_view text) {
  for (const FormatRow& row : kFormats)
    if (row.name == format) return row.fits(text);
  return std::nullopt;
}

}  // namespace plumb::schema
