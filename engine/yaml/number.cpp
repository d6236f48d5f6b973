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

struct Word {
  std::string_view text;
  Type type;
  bool yaml11_only;  // YAML 1.1 calls it a boolean, 1.2 a string
};

// Words with the same first character stand together.
constexpr std::array kWords{
    Word{"~", Type::kNull, false},        Word{"<<", Type::kMerge, false},
    Word{"null", Type::kNull, false},     Word{"no", Type::kBoolean, true},
    Word{"n", Type::kBoolean, true},      Word{"Null", Type::kNull, false},
    Word{"NULL", Type::kNull, false},     Word{"No", Type::kBoolean, true},
    Word{"NO", Type::kBoolean, true},     Word{"N", Type::kBoolean, true},
    Word{"true", Type::kBoolean, false},  Word{"True", Type::kBoolean, false},
    Word{"TRUE", Type::kBoolean, false},  Word{"false", Type::kBoolean, false},
    Word{"False", Type::kBoolean, false}, Word{"FALSE", Type::kBoolean, false},
    Word{"yes", Type::kBoolean, true},    Word{"y", Type::kBoolean, true},
    Word{"Yes", Type::kBoolean, true},    Word{"YES", Type::kBoolean, true},
    Word{"Y", Type::kBoolean, true},      Word{"on", Type::kBoolean, true},
    Word{"off", Type::kBoolean, true},    Word{"On", Type::kBoolean, true},
    Word{"Off", Type::kBoolean, true},    Word{"ON", Type::kBoolean, true},
    Word{"OFF", Type::kBoolean, true},    Word{".nan", Type::kFloat, false},
    Word{".NaN", Type::kFloat, false},    Word{".NAN", Type::kFloat, false},
    Word{".inf", Type::kFloat, false},    Word{".Inf", Type::kFloat, false},
    Word{".INF", Type::kFloat, false},    Word{"+.inf", Type::kFloat, false},
    Word{"+.Inf", Type::kFloat, false},   Word{"+.INF", Type::kFloat, false},
    Word{"-.inf", Type::kFloat, false},   Word{"-.Inf", Type::kFloat, false},
    Word{"-.INF", Type::kFloat, false},
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

Type resolve_number(std::string_view text, Resolution resolution) {
  if (text.front() != '.') {
    if (const auto integer = parse_integer(text)) {
      if (fits_64_bits(*integer)) return Type::kInteger;
      if (resolution == Resolution::kKubernetes && integer->base == 10) return Type::kInteger;
    }
  }
  if (parse_float(text)) return Type::kFloat;
  return Type::kString;
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

}  // namespace

Type resolve(std::string_view plain, Resolution resolution) {
  if (plain.empty()) return resolution == Resolution::kJson ? Type::kString : Type::kNull;
  if (resolution == Resolution::kJson) {
    if (plain == "null") return Type::kNull;
    if (plain == "true" || plain == "false") return Type::kBoolean;
    if (!is_json_number(plain)) return Type::kString;
    return plain.find_first_of(".eE") == std::string_view::npos ? Type::kInteger : Type::kFloat;
  }
  const Lead& lead = kLeads[static_cast<unsigned char>(plain.front())];
  if (const Word* const word = find_word(plain, lead)) {
    const bool known = !word->yaml11_only || resolution != Resolution::kGoYaml3;
    return known ? word->type : Type::kString;
  }
  if (!lead.number) return Type::kString;
  const bool dates = resolution == Resolution::kGoYaml2 || resolution == Resolution::kGoYaml3;
  if (dates && is_digit(plain.front()) && parse_timestamp(plain)) return Type::kTimestamp;
  return resolve_number(plain, resolution);
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
