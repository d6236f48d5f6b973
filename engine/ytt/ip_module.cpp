// The module @ytt:ip: addresses and networks. An IPv4 address is kept as IPv6 would hold it
// (::ffff:a.b.c.d), so both spellings are the same address.

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"
#include "ytt/error.h"
#include "ytt/library.h"

namespace plumb::ytt {
namespace {

using Groups = std::array<std::uint16_t, 8>;

bool is_v4(const Groups& groups) {
  return std::all_of(groups.begin(), groups.begin() + 5, [](auto g) { return g == 0; }) &&
         groups[5] == 0xffff;
}

// ---- reading ----

std::optional<unsigned> number(std::string_view digits, int base, unsigned most) {
  unsigned value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value, base);
  if (digits.empty() || error != std::errc() || stop != end || value > most) return std::nullopt;
  return value;
}

// Four numbers without leading zeros, as the last two groups of an address.
bool parse_v4(std::string_view text, std::uint16_t* two_groups) {
  const std::vector<std::string_view> parts = split(text, '.');
  if (parts.size() != 4) return false;
  std::array<unsigned, 4> bytes{};
  for (std::size_t i = 0; i < 4; ++i) {
    const auto byte = number(parts[i], 10, 255);
    if (!byte || (parts[i].size() > 1 && parts[i][0] == '0')) return false;
    bytes[i] = *byte;
  }
  two_groups[0] = static_cast<std::uint16_t>(bytes[0] << 8 | bytes[1]);
  two_groups[1] = static_cast<std::uint16_t>(bytes[2] << 8 | bytes[3]);
  return true;
}

// Groups between colons; the last may be an IPv4 address, which counts as two.
bool parse_groups(std::string_view text, std::vector<std::uint16_t>& out) {
  if (text.empty()) return true;
  const std::vector<std::string_view> parts = split(text, ':');
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i + 1 == parts.size() && contains(parts[i], ".")) {
      std::array<std::uint16_t, 2> last{};
      if (!parse_v4(parts[i], last.data())) return false;
      out.insert(out.end(), last.begin(), last.end());
      continue;
    }
    const auto group = number(parts[i], 16, 0xffff);
    if (!group || parts[i].size() > 4) return false;
    out.push_back(static_cast<std::uint16_t>(*group));
  }
  return true;
}

std::optional<Groups> parse_address(std::string_view text) {
  Groups groups{};
  if (!contains(text, ":")) {
    groups[5] = 0xffff;
    return parse_v4(text, &groups[6]) ? std::optional(groups) : std::nullopt;
  }
  const std::size_t gap = text.find("::");
  std::vector<std::uint16_t> left, right;
  if (!parse_groups(text.substr(0, gap), left)) return std::nullopt;
  if (gap != std::string_view::npos && !parse_groups(text.substr(gap + 2), right))
    return std::nullopt;
  const std::size_t count = left.size() + right.size();
  if (gap == std::string_view::npos ? count != 8 : count > 7) return std::nullopt;
  if (gap != std::string_view::npos && contains(text.substr(0, gap), ".")) return std::nullopt;
  std::copy(left.begin(), left.end(), groups.begin());
  std::copy(right.begin(), right.end(), groups.end() - static_cast<std::ptrdiff_t>(right.size()));
  return groups;
}

// ---- printing ----

std::string hex(unsigned value) {
  std::array<char, 8> digits;
  return {digits.data(),
          std::to_chars(digits.data(), digits.data() + digits.size(), value, 16).ptr};
}

struct Run {
  std::size_t start = 8, length = 0;
};

// The longest run of zero groups, of two at least.
Run longest_gap(const Groups& groups) {
  Run best;
  for (std::size_t i = 0; i < 8;) {
    std::size_t end = i;
    while (end < 8 && groups[end] == 0) ++end;
    if (end - i > std::max<std::size_t>(best.length, 1)) best = {i, end - i};
    i = std::max(end, i + 1);
  }
  return best;
}

std::string print_address(const Groups& groups) {
  if (is_v4(groups))
    return cat(groups[6] >> 8, ".", groups[6] & 255, ".", groups[7] >> 8, ".", groups[7] & 255);
  const Run gap = longest_gap(groups);
  std::string out;
  for (std::size_t i = 0; i < 8; ++i) {
    if (i == gap.start) {
      out += "::";
      i += gap.length - 1;
      continue;
    }
    if (!out.empty() && out.back() != ':') out.push_back(':');
    out += hex(groups[i]);
  }
  return out;
}

// ---- values ----

Value address_value(Thread& thread, const Groups& groups) {
  const auto members = std::to_array<starlark::NamedArgument>({
      {"is_ipv4", make_getter(thread, "ip.addr.is_ipv4", starlark::boolean(is_v4(groups)))},
      {"is_ipv6", make_getter(thread, "ip.addr.is_ipv6", starlark::boolean(!is_v4(groups)))},
      {"string", make_getter(thread, "ip.addr.string", thread.text(print_address(groups)))},
  });
  return make_record(thread, "@ytt:ip.addr",
                     "@ytt:ip.addr does not automatically encode (hint: use .string())", members);
}

Value network_value(Thread& thread, const Groups& groups, unsigned bits) {
  const unsigned shown = is_v4(groups) ? bits - 96 : bits;
  const std::string text = cat(print_address(groups), "/", shown);
  const auto members = std::to_array<starlark::NamedArgument>({
      {"addr", make_getter(thread, "ip.net.addr", address_value(thread, groups))},
      {"string", make_getter(thread, "ip.net.string", thread.text(text))},
  });
  return make_record(thread, "@ytt:ip.net",
                     "@ytt:ip.net does not automatically encode (hint: use .string())", members);
}

Groups masked(Groups groups, unsigned bits) {
  for (unsigned i = 0; i < 8; ++i) {
    const unsigned kept = std::clamp(static_cast<int>(bits) - static_cast<int>(i * 16), 0, 16);
    groups[i] = static_cast<std::uint16_t>(groups[i] & (0xffff0000U >> kept));
  }
  return groups;
}

Value parse_addr(Thread& thread, const Builtin&, const Arguments& arguments) {
  const std::string_view text = to_text_argument(only_argument(arguments));
  const auto groups = parse_address(text);
  if (!groups) refuse("ytt/value", cat("invalid IP address: ", text));
  return address_value(thread, *groups);
}

Value parse_cidr(Thread& thread, const Builtin&, const Arguments& arguments) {
  const std::string_view text = to_text_argument(only_argument(arguments));
  const std::size_t slash = text.find('/');
  const std::string_view address = text.substr(0, slash);
  const bool short_form = !contains(address, ":");
  const auto groups = parse_address(address);
  const auto bits = slash == std::string_view::npos
                        ? std::nullopt
                        : number(text.substr(slash + 1), 10, short_form ? 32 : 128);
  if (!groups || !bits) refuse("ytt/value", cat("invalid CIDR address: ", text));
  const unsigned all_bits = *bits + (short_form ? 96 : 0);
  const auto pair = std::to_array<Value>(
      {address_value(thread, *groups), network_value(thread, masked(*groups, all_bits), all_bits)});
  return starlark::tuple_of(thread.arena(), pair);
}

}  // namespace

Value make_ip_module(Thread& thread) {
  const auto members = std::to_array<starlark::NamedArgument>({
      {"parse_addr", make_function<parse_addr>(thread, "ip.parse_addr")},
      {"parse_cidr", make_function<parse_cidr>(thread, "ip.parse_cidr")},
  });
  return make_module(thread, "ip", members);
}

}  // namespace plumb::ytt
