// The module @ytt:toml. Tables are printed with sorted keys: first what fits a line, then the
// tables below, each level indented.

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/text.h"
#include "ytt/error.h"
#include "ytt/library.h"
#include "ytt/toml_read.h"

namespace plumb::ytt {
namespace {

bool is_map(const Node* node) { return node != nullptr && node->is_map(); }

bool is_array_of_tables(const Node* node) {
  return node != nullptr && node->is_array() && !node->items.empty() &&
         std::all_of(node->items.begin(), node->items.end(),
                     [](const Node* item) { return is_map(item->value); });
}

class TomlPrinter {
 public:
  explicit TomlPrinter(int indent) : indent_(static_cast<std::size_t>(indent)) {}

  std::string run(const Node* root) {
    if (root == nullptr) refuse("ytt/panic", "reflect: call of reflect.Value.Type on zero Value");
    if (!is_map(root)) refuse("ytt/value", "toml: top-level values must be Go maps or structs");
    check_keys(*root);
    members(*root, {}, 0);
    return std::move(out_);
  }

 private:
  static void check_keys(const Node& node) {
    for (const Node* const item : node.items) {
      if (node.is_map() && (item->key == nullptr || !item->key->is(Kind::kString)))
        refuse("ytt/panic", "(p) Expected key to be string");
      if (item->value != nullptr) check_keys(*item->value);
    }
  }

  // Items with a value, by key.
  static std::vector<const Node*> sorted(const Node& map) {
    std::vector<const Node*> out;
    for (const Node* const item : map.items)
      if (item->value != nullptr) out.push_back(item);
    std::stable_sort(out.begin(), out.end(),
                     [](const Node* a, const Node* b) { return a->key->text < b->key->text; });
    return out;
  }

  void members(const Node& map, const std::string& prefix, std::size_t depth) {
    const std::vector<const Node*> items = sorted(map);
    for (const Node* const item : items)
      if (!is_map(item->value) && !is_array_of_tables(item->value)) line(*item, depth);
    for (const Node* const item : items) {
      const std::string name = cat(prefix, prefix.empty() ? "" : ".", quoted_key(item->key->text));
      if (is_map(item->value)) table(*item->value, name, depth);
      if (is_array_of_tables(item->value))
        for (const Node* const each : item->value->items) element(*each->value, name, depth);
    }
  }

  void indent(std::size_t depth) { out_.append(depth * indent_, ' '); }

  void line(const Node& item, std::size_t depth) {
    indent(depth);
    out_ += cat(quoted_key(item.key->text), " = ");
    value(*item.value);
    out_.push_back('\n');
  }

  void table(const Node& map, const std::string& name, std::size_t depth) {
    if (depth == 0 && !out_.empty()) out_.push_back('\n');
    indent(depth);
    out_ += cat("[", name, "]\n");
    members(map, name, depth + 1);
  }

  void element(const Node& map, const std::string& name, std::size_t depth) {
    if (!out_.empty()) out_.push_back('\n');
    indent(depth);
    out_ += cat("[[", name, "]]\n");
    members(map, name, depth + 1);
  }

  void value(const Node& node) {
    switch (node.kind) {
      case Kind::kBool:
        out_ += node.integer != 0 ? "true" : "false";
        return;
      case Kind::kString:
        return text(node.text);
      case Kind::kFloat:
        return real(node.real);
      case Kind::kUint64:
        out_ += cat(node.unsigned_integer);
        return;
      case Kind::kMap:
        return inline_table(node);
      case Kind::kArray:
        return array(node);
      default:
        out_ += cat(node.integer);
    }
  }

  void array(const Node& node) {
    out_.push_back('[');
    for (std::uint32_t i = 0; i < node.items.size(); ++i) {
      if (node.items[i]->value == nullptr)
        refuse("ytt/value", "toml: cannot encode array with nil element");
      if (i > 0) out_ += ", ";
      value(*node.items[i]->value);
    }
    out_.push_back(']');
  }

  void inline_table(const Node& node) {
    out_.push_back('{');
    std::string_view separator;
    for (const Node* const item : sorted(node)) {
      out_ += cat(std::exchange(separator, ", "), quoted_key(item->key->text), " = ");
      value(*item->value);
    }
    out_.push_back('}');
  }

  void real(double number) {
    if (std::isnan(number)) {
      out_ += "nan";
      return;
    }
    if (std::isinf(number)) {
      out_ += number > 0 ? "+inf" : "-inf";
      return;
    }
    std::array<char, 32> buffer;
    const char* const end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number,
                                          std::chars_format::scientific)
                                .ptr;
    out_ += without_exponent({buffer.data(), static_cast<std::size_t>(end - buffer.data())});
  }

  // "1.5e+03" as "1500.0": the same digits, filled up with zeros.
  static std::string without_exponent(std::string_view scientific) {
    const std::size_t mark = scientific.find('e');
    const bool negative = scientific.starts_with('-');
    const std::string_view exponent = scientific.substr(mark + 1);
    const std::int64_t shift =
        *to_integer(exponent.starts_with('+') ? exponent.substr(1) : exponent);
    std::string digits =
        replace_all(scientific.substr(negative ? 1 : 0, mark - (negative ? 1 : 0)), ".", "");
    if (shift < 0) digits.insert(0, static_cast<std::size_t>(-shift), '0');
    const auto whole = static_cast<std::size_t>(std::max<std::int64_t>(shift, 0)) + 1;
    if (digits.size() < whole + 1) digits.append(whole + 1 - digits.size(), '0');
    return cat(negative ? "-" : "", digits.substr(0, whole), ".", digits.substr(whole));
  }

  void text(std::string_view text) {
    constexpr std::string_view kLetters = "\b\t\n\f\r\"\\", kShown = "btnfr\"\\";
    constexpr std::string_view kDigits = "0123456789abcdef";
    out_.push_back('"');
    for (const char c : text) {
      const std::size_t which = kLetters.find(c);
      const auto byte = static_cast<unsigned char>(c);
      if (which != std::string_view::npos) {
        out_ += {'\\', kShown[which]};
      } else if (byte < ' ' || byte == 0x7f) {
        out_ += cat("\\u00", kDigits[byte >> 4], kDigits[byte & 15]);
      } else {
        out_.push_back(c);
      }
    }
    out_.push_back('"');
  }

  static std::string quoted_key(std::string_view key) {
    const bool bare = !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
             c == '_' || c == '-';
    });
    if (bare) return std::string(key);
    TomlPrinter printer(0);
    printer.text(key);
    return std::move(printer.out_);
  }

  std::size_t indent_;
  std::string out_;
};

Value encode(Thread& thread, const Builtin&, const Arguments& arguments) {
  const Value& value = only_argument(arguments);
  for (const starlark::NamedArgument& argument : arguments.named)
    if (argument.name != "indent")
      refuse("ytt/argument", cat("invalid argument name: ", argument.name));
  std::int64_t indent = 0;
  if (const Value* const given = named_argument(arguments, "indent"))
    indent = to_int_argument(*given);
  if (indent < 0 || indent > 8) refuse("ytt/argument", "indent value must be between 0 and 8");
  const Node* const node = to_node(thread, value);
  return thread.text(TomlPrinter(indent == 0 ? 2 : static_cast<int>(indent)).run(node));
}

Value decode(Thread& thread, const Builtin&, const Arguments& arguments) {
  return read_toml(thread, to_text_argument(only_argument(arguments)));
}

constexpr std::array kMembers = std::to_array<Member>({
    {"encode", "toml.encode", named_failures<encode>},
    {"decode", "toml.decode", named_failures<decode>},
});

}  // namespace

Value make_toml_module(Thread& thread) { return make_table_module(thread, "toml", kMembers); }

}  // namespace plumb::ytt
