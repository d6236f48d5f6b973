#include <charconv>
#include <cmath>

#include "base/text.h"
#include "yaml/emitter.h"
#include "yaml/number.h"
#include "yaml/read.h"

namespace plumb::yaml {

namespace {

struct ShortestDigits {
  bool negative = false;
  std::string digits;  // without a dot and without zeros at the end
  int exponent = 0;    // of the first digit
};

ShortestDigits shortest(double value) {
  char buffer[40];
  const auto end =
      std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
  std::string_view text(buffer, static_cast<std::size_t>(end - buffer));
  ShortestDigits result;
  if (text.starts_with('-')) {
    result.negative = true;
    text.remove_prefix(1);
  }
  const std::size_t e = text.find('e');
  for (const char c : text.substr(0, e)) {
    if (c != '.') result.digits.push_back(c);
  }
  std::string_view exponent = text.substr(e + 1);
  if (exponent.starts_with('+')) exponent.remove_prefix(1);
  result.exponent = static_cast<int>(*to_integer(exponent));
  while (result.digits.size() > 1 && result.digits.back() == '0') result.digits.pop_back();
  return result;
}

// d.ddde±XX, the exponent with `exponent_digits` digits at least
std::string scientific(const ShortestDigits& number, std::size_t exponent_digits) {
  std::string out = number.negative ? "-" : "";
  out += number.digits[0];
  if (number.digits.size() > 1) out += cat('.', std::string_view(number.digits).substr(1));
  std::string exponent = std::to_string(std::abs(number.exponent));
  if (exponent.size() < exponent_digits) exponent.insert(0, exponent_digits - exponent.size(), '0');
  return cat(out, 'e', number.exponent < 0 ? '-' : '+', exponent);
}

std::string positional(const ShortestDigits& number) {
  std::string digits = number.digits;
  const int point = number.exponent + 1;
  if (point <= 0) {
    digits.insert(0, static_cast<std::size_t>(-point), '0');
    digits.insert(0, "0.");
  } else if (static_cast<std::size_t>(point) < digits.size()) {
    digits.insert(static_cast<std::size_t>(point), ".");
  } else {
    digits.append(static_cast<std::size_t>(point) - digits.size(), '0');
  }
  return number.negative ? "-" + digits : digits;
}

bool is_json_number_text(std::string_view text) {
  return resolve(text, Resolution::kJson) != Type::kString;
}

// Most integers are written as every tool writes them: 0, 8080, -1.
bool is_common_integer(std::string_view text) {
  constexpr std::size_t kDigitsMax = 18;
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text.empty() || text.size() > kDigitsMax || text[0] < '1' || text[0] > '9')
    return text == "0";
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
  }
  return true;
}

// Floats that %g prints as they are written: 0.5, -12.75.
bool is_common_decimal(std::string_view text) {
  constexpr std::size_t kWholeDigitsMax = 6, kBytesMax = 15;
  if (text.starts_with('-')) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  if (point == std::string_view::npos || point == 0 || point > kWholeDigitsMax) return false;
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction = text.substr(point + 1);
  const auto digits = [](std::string_view part) {
    return part.find_first_not_of("0123456789") == std::string_view::npos;
  };
  if (!digits(whole) || !digits(fraction) || text.size() > kBytesMax) return false;
  if (fraction.empty() || fraction.back() == '0') return false;
  return whole == "0" ? !fraction.starts_with("000") : whole[0] != '0';
}

std::string float_text(double value, Numbers numbers) {
  if (numbers == Numbers::kGoAfterJson && std::isfinite(value)) {
    std::string json = format_json_float(value);
    if (resolve(json, Resolution::kGoYaml2) == Type::kInteger) return json == "-0" ? "0" : json;
  }
  return format_float(value);
}

}  // namespace

std::string_view number_text(const Node& node, Numbers numbers, std::string& made) {
  const bool integer = node.type == Type::kInteger;
  if (integer && is_common_integer(node.text) && node.text != "-0") return node.text;
  if (!integer && is_common_decimal(node.text)) return node.text;
  if (numbers == Numbers::kAsWritten && is_json_number_text(node.text)) return node.text;
  made = integer ? decimal(node.text) : float_text(float_value(node.text), numbers);
  return made;
}

std::string format_float(double value) {
  if (std::isnan(value)) return ".nan";
  if (std::isinf(value)) return value < 0 ? "-.inf" : ".inf";
  if (value == 0) return std::signbit(value) ? "-0" : "0";
  const ShortestDigits number = shortest(value);
  // Go's %g with the shortest digits has an exponent below -4 and from 6 on.
  if (number.exponent < -4 || number.exponent >= 6) return scientific(number, 2);
  return positional(number);
}

std::string format_json_float(double value) {
  if (value == 0) return std::signbit(value) ? "-0" : "0";
  const ShortestDigits number = shortest(value);
  // Go's encoding/json: an exponent below 1e-6 and from 1e21 on, without a leading zero in it.
  if (number.exponent < -6 || number.exponent >= 21) {
    return scientific(number, number.exponent < 0 ? 1 : 2);
  }
  return positional(number);
}

}  // namespace plumb::yaml
