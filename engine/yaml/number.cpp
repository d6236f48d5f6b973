#include "yaml/number.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "base/text.h"

namespace plumb::yaml {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// ---- words ----

// A set of resolutions.
constexpr unsigned in(Resolution resolution) { return 1U << static_cast<unsigned>(resolution); }
template <typename... More>
constexpr unsigned in(Resolution first, More... more) {
  return in(first) | in(more...);
}
constexpr unsigned kYaml11 = in(Resolution::kGoYaml2, Resolution::kYtt, Resolution::kKubernetes);
constexpr unsigned kGo = kYaml11 | in(Resolution::kGoYaml3);
constexpr unsigned kGoAndStrict = kGo | in(Resolution::kStrict);
constexpr unsigned kAll = kGoAndStrict | in(Resolution::kJson);

// A text that is no string for some resolutions.
struct Word {
  std::string_view text;
  Type type;
  unsigned known_to;
};

// Words with the same first character stand together.
constexpr std::array kWords{
    Word{"~", Type::kNull, kGoAndStrict},
    Word{"<<", Type::kMerge, kGoAndStrict},
    Word{"null", Type::kNull, kAll},
    Word{"no", Type::kBoolean, kYaml11},
    Word{"n", Type::kBoolean, kYaml11},
    Word{"Null", Type::kNull, kGo},
    Word{"NULL", Type::kNull, kGo},
    Word{"No", Type::kBoolean, kYaml11},
    Word{"NO", Type::kBoolean, kYaml11},
    Word{"N", Type::kBoolean, kYaml11},
    Word{"true", Type::kBoolean, kAll},
    Word{"True", Type::kBoolean, kGo},
    Word{"TRUE", Type::kBoolean, kGo},
    Word{"false", Type::kBoolean, kAll},
    Word{"False", Type::kBoolean, kGo},
    Word{"FALSE", Type::kBoolean, kGo},
    Word{"yes", Type::kBoolean, kYaml11},
    Word{"y", Type::kBoolean, kYaml11},
    Word{"Yes", Type::kBoolean, kYaml11},
    Word{"YES", Type::kBoolean, kYaml11},
    Word{"Y", Type::kBoolean, kYaml11},
    Word{"on", Type::kBoolean, kYaml11},
    Word{"off", Type::kBoolean, kYaml11},
    Word{"On", Type::kBoolean, kYaml11},
    Word{"Off", Type::kBoolean, kYaml11},
    Word{"ON", Type::kBoolean, kYaml11},
    Word{"OFF", Type::kBoolean, kYaml11},
    Word{".nan", Type::kFloat, kGoAndStrict},
    Word{".NaN", Type::kFloat, kGoAndStrict},
    Word{".NAN", Type::kFloat, kGoAndStrict},
    Word{".inf", Type::kFloat, kGoAndStrict},
    Word{".Inf", Type::kFloat, kGoAndStrict},
    Word{".INF", Type::kFloat, kGoAndStrict},
    Word{"+.inf", Type::kFloat, kGoAndStrict},
    Word{"+.Inf", Type::kFloat, kGoAndStrict},
    Word{"+.INF", Type::kFloat, kGoAndStrict},
    Word{"-.inf", Type::kFloat, kGoAndStrict},
    Word{"-.Inf", Type::kFloat, kGoAndStrict},
    Word{"-.INF", Type::kFloat, kGoAndStrict},
};
constexpr std::size_t kWordBytesMax = 5;

// What a first character can lead to: words of the table, a number or a date. Most texts start
// with a letter that leads to none of them.
struct Lead {
  std::uint8_t first_word = 0;
  std::uint8_t words = 0;
  bool number = false;  // only a sign, a digit or a dot starts a number or a date
};

constexpr std::array<Lead, 256> make_leads() {
  std::array<Lead, 256> leads{};
  for (std::size_t i = 0; i < kWords.size(); ++i) {
    Lead& lead = leads[static_cast<unsigned char>(kWords[i].text.front())];
    if (lead.words == 0) lead.first_word = static_cast<std::uint8_t>(i);
    ++lead.words;
  }
  for (const char c : std::string_view("0123456789+-.")) {
    leads[static_cast<unsigned char>(c)].number = true;
  }
  return leads;
}
constexpr std::array<Lead, 256> kLeads = make_leads();

const Word* find_word(std::string_view text, const Lead& lead) {
  if (text.size() > kWordBytesMax) return nullptr;
  for (std::size_t i = 0; i < lead.words; ++i) {
    const Word& word = kWords[lead.first_word + i];
    if (word.text.back() == text.back() && word.text == text) return &word;
  }
  return nullptr;
}

// ---- numbers ----

struct Integer {
  bool negative = false;
  int base = 10;
  std::string digits;  // without sign, prefix and `_`; at least one
};

bool is_digit_of(char c, int base) {
  if (base == 16) return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  return c >= '0' && c < '0' + base;
}

// Go's ParseInt with base 0 over the text without its `_`.
std::optional<Integer> parse_integer(std::string_view text) {
  Integer integer;
  std::string& digits = integer.digits;
  digits.reserve(text.size());
  std::remove_copy(text.begin(), text.end(), std::back_inserter(digits), '_');
  std::size_t at = 0;
  if (!digits.empty() && (digits[0] == '-' || digits[0] == '+')) {
    integer.negative = digits[0] == '-';
    at = 1;
  }
  if (digits.size() > at + 1 && digits[at] == '0') {
    const char prefix = static_cast<char>(digits[at + 1] | 0x20);
    if (prefix == 'x') integer.base = 16;
    if (prefix == 'o') integer.base = 8;
    if (prefix == 'b') integer.base = 2;
    if (integer.base == 10) {
      integer.base = 8;
      at += 1;
    } else {
      at += 2;
    }
  }
  digits.erase(0, at);
  const int base = integer.base;
  if (digits.empty() ||
      !std::all_of(digits.begin(), digits.end(), [&](char c) { return is_digit_of(c, base); })) {
    return std::nullopt;
  }
  return integer;
}

std::optional<std::uint64_t> magnitude(const Integer& integer) {
  std::uint64_t value = 0;
  const char* const end = integer.digits.data() + integer.digits.size();
  const auto [stop, error] = std::from_chars(integer.digits.data(), end, value, integer.base);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

bool fits_64_bits(const Integer& integer) {
  const auto value = magnitude(integer);
  if (!value) return false;
  return !integer.negative || *value <= std::uint64_t{1} << 63;
}

// [-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?
bool is_float_shape(std::string_view text) {
  std::size_t at = 0;
  const auto digits = [&] {
    const std::size_t from = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    return at - from;
  };
  const auto accept = [&](std::string_view any) {
    const bool found = at < text.size() && contains(any, text.substr(at, 1));
    at += found ? 1 : 0;
    return found;
  };
  accept("+-");
  const std::size_t whole = digits();
  std::size_t fraction = 0;
  if (accept(".")) fraction = digits();
  if (whole + fraction == 0) return false;
  if (accept("eE")) {
    accept("+-");
    if (digits() == 0) return false;
  }
  return at == text.size();
}

std::optional<double> parse_float(std::string_view text) {
  std::string plain;
  std::remove_copy(text.begin(), text.end(), std::back_inserter(plain), '_');
  if (!is_float_shape(plain)) return std::nullopt;
  const double value = std::strtod(plain.c_str(), nullptr);
  if (std::isinf(value)) return std::nullopt;  // Go: out of range, so no number
  return value;
}

bool is_json_number(std::string_view text) {
  std::size_t at = text.starts_with('-') ? 1 : 0;
  if (at < text.size() && text[at] == '0' && at + 1 < text.size() && is_digit(text[at + 1]))
    return false;
  return at < text.size() && is_digit(text[at]) && !text.ends_with('.') && !contains(text, ".e") &&
         !contains(text, ".E") && is_float_shape(text);
}

bool is_whole(std::string_view number) {
  return number.find_first_of(".eE") == std::string_view::npos;
}

// ---- dates ----

struct Timestamp {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  std::string fraction;  // digits behind the dot
  int offset_minutes = 0;
};

class DateReader {
 public:
  explicit DateReader(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }
  bool accept(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::optional<int> number(std::size_t digits_min, std::size_t digits_max) {
    std::size_t length = 0;
    int value = 0;
    while (length < digits_max && length < rest_.size() && is_digit(rest_[length])) {
      value = value * 10 + (rest_[length++] - '0');
    }
    if (length < digits_min) return std::nullopt;
    rest_.remove_prefix(length);
    return value;
  }
  std::string digits() {
    std::size_t length = 0;
    while (length < rest_.size() && is_digit(rest_[length])) ++length;
    std::string result(rest_.substr(0, length));
    rest_.remove_prefix(length);
    return result;
  }

 private:
  std::string_view rest_;
};

int days_in(int year, int month) {
  constexpr std::array kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

bool read_zone(DateReader& reader, Timestamp& time) {
  if (reader.accept('Z')) return true;
  const int sign = reader.accept('-') ? -1 : 1;
  if (sign == 1 && !reader.accept('+')) return false;
  const auto hours = reader.number(2, 2);
  if (!hours || !reader.accept(':')) return false;
  const auto minutes = reader.number(2, 2);
  if (!minutes || *hours > 24 || *minutes > 60) return false;
  time.offset_minutes = sign * (*hours * 60 + *minutes);
  return true;
}

bool read_clock(DateReader& reader, Timestamp& time) {
  const auto hour = reader.number(1, 2);
  if (!hour || !reader.accept(':')) return false;
  const auto minute = reader.number(1, 2);
  if (!minute || !reader.accept(':')) return false;
  const auto second = reader.number(1, 2);
  if (!second || *hour > 23 || *minute > 59 || *second > 59) return false;
  time.hour = *hour;
  time.minute = *minute;
  time.second = *second;
  if (reader.accept('.') || reader.accept(',')) {
    time.fraction = reader.digits();
    if (time.fraction.empty()) return false;
  }
  return true;
}

// The four layouts of go-yaml: Y-M-D, Y-M-DTh:m:sZ (and t), Y-M-D h:m:s.
std::optional<Timestamp> parse_timestamp(std::string_view text) {
  Timestamp time;
  DateReader reader(text);
  const auto year = reader.number(4, 4);
  if (!year || !reader.accept('-')) return std::nullopt;
  const auto month = reader.number(1, 2);
  if (!month || !reader.accept('-')) return std::nullopt;
  const auto day = reader.number(1, 2);
  if (!day || *month < 1 || *month > 12 || *day < 1 || *day > days_in(*year, *month)) {
    return std::nullopt;
  }
  time.year = *year;
  time.month = *month;
  time.day = *day;
  if (reader.done()) return time;
  if (reader.accept('T') || reader.accept('t')) {
    if (!read_clock(reader, time) || !read_zone(reader, time)) return std::nullopt;
  } else if (!reader.accept(' ') || !read_clock(reader, time)) {
    return std::nullopt;
  }
  if (!reader.done()) return std::nullopt;
  return time;
}

std::string two_digits(int value) {
  return cat(static_cast<char>('0' + value / 10), static_cast<char>('0' + value % 10));
}

// ---- rules ----

bool is_date(std::string_view text) {
  return is_digit(text.front()) && parse_timestamp(text).has_value();
}
bool is_go_integer(std::string_view text) {
  if (text.front() == '.') return false;
  const auto integer = parse_integer(text);
  return integer && fits_64_bits(*integer);
}
bool is_large_integer(std::string_view text) {
  if (text.front() == '.') return false;
  const auto integer = parse_integer(text);
  return integer && integer->base == 10;
}
bool is_go_float(std::string_view text) { return parse_float(text).has_value(); }
bool is_json_integer(std::string_view text) { return is_json_number(text) && is_whole(text); }
// [-+]?(0|[1-9][0-9]*) | 0o[0-7]+ | 0x[0-9a-fA-F]+
bool is_core_integer(std::string_view text) {
  const int base = text.starts_with("0o") ? 8 : text.starts_with("0x") ? 16 : 10;
  std::string_view digits = text.substr(base == 10 ? 0 : 2);
  if (base == 10 && (digits.front() == '-' || digits.front() == '+')) digits.remove_prefix(1);
  if (digits.empty() || (base == 10 && digits.front() == '0' && digits.size() > 1)) return false;
  return std::all_of(digits.begin(), digits.end(), [&](char c) { return is_digit_of(c, base); });
}
bool is_core_float(std::string_view text) {
  return is_float_shape(text) && !is_whole(text) && is_go_float(text);
}

// What a text that starts like a number can be: the first row that matches counts.
struct NumberRule {
  Type type;
  bool (*matches)(std::string_view text);  // of a text that is not empty
  unsigned known_to;
};
constexpr std::array kNumberRules{
    NumberRule{Type::kTimestamp, is_date, in(Resolution::kGoYaml2, Resolution::kGoYaml3)},
    NumberRule{Type::kInteger, is_go_integer, kGo},
    NumberRule{Type::kInteger, is_large_integer, in(Resolution::kKubernetes)},
    NumberRule{Type::kFloat, is_go_float, kGo},
    NumberRule{Type::kInteger, is_json_integer, in(Resolution::kJson)},
    NumberRule{Type::kFloat, is_json_number, in(Resolution::kJson)},
    NumberRule{Type::kInteger, is_core_integer, in(Resolution::kStrict)},
    NumberRule{Type::kFloat, is_core_float, in(Resolution::kStrict)},
};

bool is_boolean_elsewhere(std::string_view text) {
  return resolve(text, Resolution::kGoYaml2) == Type::kBoolean;
}
bool is_null_elsewhere(std::string_view text) {
  return resolve(text, Resolution::kGoYaml2) == Type::kNull;
}
bool is_number_elsewhere(std::string_view text) {
  const Type type = resolve(text, Resolution::kGoYaml2);
  return type == Type::kInteger || type == Type::kFloat || looks_base60(text);
}

// How a string of kStrict is read elsewhere.
struct MisreadingRule {
  Misreading misreading;
  bool (*matches)(std::string_view text);
};
constexpr std::array kMisreadingRules{
    MisreadingRule{{"yaml/read-as-boolean", "a boolean"}, is_boolean_elsewhere},
    MisreadingRule{{"yaml/read-as-null", "null"}, is_null_elsewhere},
    MisreadingRule{{"yaml/read-as-date", "a date"}, looks_like_timestamp},
    MisreadingRule{{"yaml/read-as-number", "a number"}, is_number_elsewhere},
};

}  // namespace

Type resolve(std::string_view plain, Resolution resolution) {
  if (plain.empty()) return resolution == Resolution::kJson ? Type::kString : Type::kNull;
  const Lead& lead = kLeads[static_cast<unsigned char>(plain.front())];
  if (const Word* const word = find_word(plain, lead)) {
    return (word->known_to & in(resolution)) != 0 ? word->type : Type::kString;
  }
  if (!lead.number) return Type::kString;
  for (const NumberRule& rule : kNumberRules) {
    if ((rule.known_to & in(resolution)) != 0 && rule.matches(plain)) return rule.type;
  }
  return Type::kString;
}

const Misreading* misreading(std::string_view plain) {
  if (plain.empty()) return nullptr;
  const Lead& lead = kLeads[static_cast<unsigned char>(plain.front())];
  if (!lead.number && (lead.words == 0 || plain.size() > kWordBytesMax)) return nullptr;
  for (const MisreadingRule& rule : kMisreadingRules) {
    if (rule.matches(plain)) return &rule.misreading;
  }
  return nullptr;
}

std::string decimal(std::string_view text) {
  const auto integer = parse_integer(text);
  if (!integer) return std::string(text);
  std::string digits;
  if (const auto value = magnitude(*integer)) {
    digits = std::to_string(*value);
  } else {
    digits = integer->digits.substr(
        std::min(integer->digits.find_first_not_of('0'), integer->digits.size() - 1));
  }
  return integer->negative && digits != "0" ? "-" + digits : digits;
}

double float_value(std::string_view text) {
  const std::string word = lower(text);
  if (word == ".nan") return std::numeric_limits<double>::quiet_NaN();
  if (word == ".inf" || word == "+.inf") return std::numeric_limits<double>::infinity();
  if (word == "-.inf") return -std::numeric_limits<double>::infinity();
  if (const auto value = parse_float(text)) return *value;
  if (const auto integer = parse_integer(text)) {
    double value = 0;
    for (const char c : integer->digits) {
      const int digit = is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10;
      value = value * integer->base + digit;
    }
    return integer->negative ? -value : value;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

std::optional<std::string> timestamp_rfc3339(std::string_view text) {
  const auto time = parse_timestamp(text);
  if (!time) return std::nullopt;
  std::string year = std::to_string(time->year);
  year.insert(0, 4 - year.size(), '0');
  std::string out =
      cat(year, '-', two_digits(time->month), '-', two_digits(time->day), 'T',
          two_digits(time->hour), ':', two_digits(time->minute), ':', two_digits(time->second));
  // Nine digits are kept and zeros at the end dropped, as Go's RFC3339Nano does.
  std::string fraction = time->fraction.substr(0, 9);
  while (!fraction.empty() && fraction.back() == '0') fraction.pop_back();
  if (!fraction.empty()) out += cat('.', fraction);
  if (time->offset_minutes == 0) return out + "Z";
  const int offset = std::abs(time->offset_minutes);
  return cat(out, time->offset_minutes < 0 ? '-' : '+', two_digits(offset / 60), ':',
             two_digits(offset % 60));
}

// dddd-d?d-d?d ( [Tt or blanks] d?d:dd:dd (.d*)? (blanks? (Z | [-+]d?d(:dd)?))? )?
bool looks_like_timestamp(std::string_view text) {
  DateReader reader(text);
  if (!reader.number(4, 4) || !reader.accept('-') || !reader.number(1, 2) || !reader.accept('-') ||
      !reader.number(1, 2)) {
    return false;
  }
  if (reader.done()) return true;
  if (!reader.accept('T') && !reader.accept('t')) {
    if (!reader.accept(' ') && !reader.accept('\t')) return false;
    while (reader.accept(' ') || reader.accept('\t')) continue;
  }
  if (!reader.number(1, 2) || !reader.accept(':') || !reader.number(2, 2) || !reader.accept(':') ||
      !reader.number(2, 2)) {
    return false;
  }
  if (reader.accept('.')) reader.digits();
  while (reader.accept(' ') || reader.accept('\t')) continue;
  if (reader.done() || reader.accept('Z')) return reader.done();
  if (!reader.accept('-') && !reader.accept('+')) return false;
  if (!reader.number(1, 2)) return false;
  if (reader.accept(':') && !reader.number(2, 2)) return false;
  return reader.done();
}

// [-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?
bool looks_base60(std::string_view text) {
  std::size_t at = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
  if (at >= text.size() || !is_digit(text[at])) return false;
  while (at < text.size() && (is_digit(text[at]) || text[at] == '_')) ++at;
  std::size_t groups = 0;
  while (at < text.size() && text[at] == ':') {
    std::size_t length = 0;
    while (length < 2 && at + 1 + length < text.size() && is_digit(text[at + 1 + length])) ++length;
    if (length == 0 || (length == 2 && text[at + 1] > '5')) return false;
    at += 1 + length;
    ++groups;
  }
  if (groups == 0) return false;
  if (at < text.size() && text[at] == '.') {
    ++at;
    while (at < text.size() && (is_digit(text[at]) || text[at] == '_')) ++at;
  }
  return at == text.size();
}

}  // namespace plumb::yaml
