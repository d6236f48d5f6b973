// How values become text: repr(), str(), "%…" % x.

#include <charconv>
#include <cmath>
#include <cstdio>

#include "base/text.h"
#include "starlark/ast.h"
#include "starlark/operations.h"
#include "starlark/unicode.h"

namespace plumb::starlark {
namespace {

struct Writer {
  Thread& thread;
  std::string& out;
  std::vector<const void*> path;  // lists and dicts being written

  bool enter(const void* container) {
    for (const void* const each : path)
      if (each == container) return false;
    if (path.size() >= thread.limits().render_depth)
      fail_limit(thread.limits(), &Limits::render_depth, {});
    path.push_back(container);
    return true;
  }

  void items(std::span<const Value> values) {
    bool first = true;
    for (const Value& value : values) {
      if (!first) out += ", ";
      first = false;
      write(value);
    }
  }

  void list(const ListData& list) {
    out.push_back('[');
    if (!enter(&list)) {
      out += "...]";
      return;
    }
    items({list.items.begin(), list.items.size()});
    path.pop_back();
    out.push_back(']');
  }

  void tuple(const Value& value) {
    out.push_back('(');
    enter(value.tuple);
    items(value.items());
    path.pop_back();
    out += value.tuple->size == 1 ? ",)" : ")";
  }

  void dict(const DictData& dict) {
    out.push_back('{');
    if (!enter(&dict)) {
      out += "...}";
      return;
    }
    bool first = true;
    for (const DictData::Slot& slot : dict.slots) {
      if (!slot.live) continue;
      if (!first) out += ", ";
      first = false;
      write(slot.key);
      out += ": ";
      write(slot.value);
    }
    path.pop_back();
    out.push_back('}');
  }

  void set(const DictData& dict) {
    out += "set([";
    bool first = true;
    for (const DictData::Slot& slot : dict.slots) {
      if (!slot.live) continue;
      if (!first) out += ", ";
      first = false;
      write(slot.key);
    }
    out += "])";
  }

  void range(const RangeData& range) {
    if (range.step != 1) {
      out += cat("range(", range.start, ", ", range.stop, ", ", range.step, ")");
    } else if (range.start != 0) {
      out += cat("range(", range.start, ", ", range.stop, ")");
    } else {
      out += cat("range(", range.stop, ")");
    }
  }

  void builtin(const Builtin& builtin) {
    if (builtin.receiver.is_set()) {
      out += cat("<built-in method ", builtin.name, " of ", type_name(builtin.receiver), " value>");
    } else {
      out += cat("<built-in function ", builtin.name, ">");
    }
  }

  void write(const Value& value) {
    thread.charge(1 + value.length / 64);
    if (out.size() > thread.limits().memory_bytes)
      fail_limit(thread.limits(), &Limits::memory_bytes, {});
    switch (value.kind) {
      case Kind::kNone:
        out += "None";
        return;
      case Kind::kBool:
        out += value.integer != 0 ? "True" : "False";
        return;
      case Kind::kInt:
        out += cat(value.integer);
        return;
      case Kind::kBigInt:
        thread.charge(std::uint64_t{value.big->size} * value.big->size / 16);
        out += to_decimal(to_big(value));
        return;
      case Kind::kFloat:
        out += float_text(value.real);
        return;
      case Kind::kString:
        out += quote(value.string());
        return;
      case Kind::kList:
        return list(*value.list);
      case Kind::kTuple:
        return tuple(value);
      case Kind::kDict:
        return dict(*value.dict);
      case Kind::kSet:
        return set(*value.dict);
      case Kind::kRange:
        return range(*value.range);
      case Kind::kStringElements:
        out += cat(quote(value.elements->text), ".", type_name(value), "()");
        return;
      case Kind::kFunction:
        out += cat("<function ", value.function->code->name, ">");
        return;
      case Kind::kBuiltin:
        return builtin(*value.builtin);
      case Kind::kObject:
        out += value.object->text(thread);
        return;
      default:
        out += "<unset>";
    }
  }
};

// C's %e, %f and %g agree with Go's except for infinities and %g without a precision.
std::string c_format(const char* format, double value) {
  char buffer[400];
  const int size = std::snprintf(buffer, sizeof buffer, format, value);
  return {buffer, static_cast<std::size_t>(size)};
}

std::string not_finite(double value) {
  return std::isnan(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
}

std::string shortest_text(double value) {
  char buffer[64];
  const char* const end =
      std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
  const std::string text(static_cast<const char*>(buffer), end);
  const int exponent = std::atoi(text.c_str() + text.find('e') + 1);
  if (exponent < -4 || exponent >= 6) return text;
  const char* const fixed =
      std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed).ptr;
  return std::string(static_cast<const char*>(buffer), fixed);
}

std::string float_conversion(char letter, double value) {
  if (!std::isfinite(value)) return not_finite(value);
  switch (letter) {
    case 'e':
      return c_format("%e", value);
    case 'E':
      return c_format("%E", value);
    case 'g':
      return shortest_text(value);
    case 'G': {
      std::string text = shortest_text(value);
      for (char& c : text)
        if (c == 'e') c = 'E';
      return text;
    }
    default:
      return c_format("%f", value);
  }
}

std::string integer_conversion(Thread& thread, char letter, const Value& value) {
  if (!value.is_integer() && !value.is(Kind::kFloat))
    type_error(
        cat("%", letter, " format requires integer: cannot convert ", type_name(value), " to int"));
  const Big big = to_big(number_to_int(thread, value));
  thread.charge(big.limbs.size() * big.limbs.size() / 16);
  switch (letter) {
    case 'o':
      return to_text(big, 8);
    case 'x':
      return to_text(big, 16);
    case 'X':
      return to_text(big, 16, true);
    default:
      return to_decimal(big);
  }
}

void append_character(Thread& thread, std::string& out, const Value& value) {
  if (value.is_integer()) {
    if (!value.is(Kind::kInt) || value.integer < 0 || value.integer > 0x10ffff)
      value_error(
          cat("%c format requires a valid Unicode code point, got ", to_text(thread, value)));
    append_utf8(out, static_cast<char32_t>(value.integer));
    return;
  }
  if (!value.is_string())
    type_error(cat("%c format requires int or single-character string, not ", type_name(value)));
  if (utf8_length(value.string()) != 1) value_error("%c format requires a single-character string");
  out += value.string();
}

// str % values, a piece at a time.
struct Interpolation {
  Thread& thread;
  std::string_view rest;
  const Value& values;
  std::string out;
  std::size_t index = 0;

  std::size_t count() const { return values.is(Kind::kTuple) ? values.tuple->size : 1; }

  Value by_key() {
    rest.remove_prefix(1);
    const std::size_t end = rest.find(')');
    if (end == std::string_view::npos) value_error("incomplete format key");
    const std::string_view key = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    Value found;
    if (values.is(Kind::kDict)) {
      if (const Value* const value = find(*values.dict, string(key))) found = *value;
    } else if (values.is(Kind::kObject) && values.object->is_mapping()) {
      found = values.object->get(thread, string(key));
    } else {
      type_error("format requires a mapping");
    }
    if (!found.is_set()) value_error(cat("key not found: ", key));
    return found;
  }

  Value next() {
    if (!rest.empty() && rest[0] == '(') return by_key();
    if (index >= count()) value_error("not enough arguments for format string");
    return values.is(Kind::kTuple) ? values.items()[index] : values;
  }

  void convert(const Value& value) {
    if (rest.empty()) value_error("incomplete format");
    const char letter = rest[0];
    switch (letter) {
      case 's':
        write_display(thread, out, value);
        break;
      case 'r':
        write_value(thread, out, value);
        break;
      case 'd':
      case 'i':
      case 'o':
      case 'x':
      case 'X':
        out += integer_conversion(thread, letter, value);
        break;
      case 'e':
      case 'f':
      case 'g':
      case 'E':
      case 'F':
      case 'G': {
        const auto number = as_double(value);
        if (!number) type_error(cat("%", letter, " format requires float, not ", type_name(value)));
        out += float_conversion(letter, *number);
        break;
      }
      case 'c':
        append_character(thread, out, value);
        break;
      case '%':
        out.push_back('%');
        break;
      default:
        value_error(cat("unknown conversion %", letter));
    }
    rest.remove_prefix(1);
    ++index;
  }

  void run() {
    while (true) {
      const std::size_t at = rest.find('%');
      out += rest.substr(0, at);
      if (at == std::string_view::npos) break;
      rest.remove_prefix(at + 1);
      if (!rest.empty() && rest[0] == '%') {
        out.push_back('%');
        rest.remove_prefix(1);
        continue;
      }
      convert(next());
    }
    if (index < count()) value_error("too many arguments for format string");
  }
};

}  // namespace

std::string float_text(double value) {
  return std::isfinite(value) ? c_format("%g", value) : not_finite(value);
}

void write_value(Thread& thread, std::string& out, const Value& value) {
  Writer{thread, out, {}}.write(value);
}

void write_display(Thread& thread, std::string& out, const Value& value) {
  if (value.is_string()) {
    out += value.string();
  } else {
    write_value(thread, out, value);
  }
}

std::string to_text(Thread& thread, const Value& value) {
  std::string out;
  write_value(thread, out, value);
  return out;
}

std::string to_display(Thread& thread, const Value& value) {
  std::string out;
  write_display(thread, out, value);
  return out;
}

Value interpolate(Thread& thread, std::string_view format, const Value& values) {
  Interpolation work{thread, format, values, {}, 0};
  work.run();
  thread.charge(work.out.size() / 64);
  return thread.text(work.out);
}

}  // namespace plumb::starlark
