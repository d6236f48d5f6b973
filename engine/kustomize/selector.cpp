#include "kustomize/selector.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "base/diagnostic.h"
#include "base/text.h"
#include "kustomize/wording.h"

namespace plumb::kustomize {

// ---- label selectors ----

namespace {

using Operator = LabelRequirement::Operator;

enum class Token {
  kEnd,
  kText,
  kOpen,
  kClose,
  kComma,
  kNot,
  kEqual,
  kDoubleEqual,
  kNotEqual,
  kGreater,
  kLess,
  kIn,
  kNotIn
};

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  // In a context of values "in" and "notin" are ordinary words.
  Token next(bool values = false) {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    from_ = at_;
    if (at_ == text_.size()) return Token::kEnd;
    if (is_special(text_[at_])) return special();
    while (at_ < text_.size() && !is_special(text_[at_]) && !is_space(text_[at_])) ++at_;
    if (!values && literal() == "in") return Token::kIn;
    if (!values && literal() == "notin") return Token::kNotIn;
    return Token::kText;
  }
  Token peek(bool values = false) {
    const std::size_t at = at_;
    const Token token = next(values);
    peeked_ = literal();
    at_ = at;
    return token;
  }
  std::string_view literal() const { return text_.substr(from_, at_ - from_); }
  std::string_view peeked() const { return peeked_; }

 private:
  static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
  static bool is_special(char c) {
    return std::string_view("=!(),><").find(c) != std::string_view::npos;
  }
  Token special() {
    while (at_ < text_.size() && is_special(text_[at_])) ++at_;
    // The longest operator at the start counts.
    for (std::size_t end = at_; end > from_; --end) {
      at_ = end;
      const auto row = kOperators.find(literal());
      if (row != kOperators.end()) return row->second;
    }
    return Token::kText;
  }
  static const std::map<std::string_view, Token> kOperators;
  std::string_view text_;
  std::string_view peeked_;
  std::size_t from_ = 0, at_ = 0;
};

const std::map<std::string_view, Token> Scanner::kOperators{
    {"(", Token::kOpen},      {")", Token::kClose},   {",", Token::kComma},
    {"!", Token::kNot},       {"=", Token::kEqual},   {"==", Token::kDoubleEqual},
    {"!=", Token::kNotEqual}, {">", Token::kGreater}, {"<", Token::kLess}};

class Parser {
 public:
  Parser(std::string_view text, Span span) : scanner_(text), text_(text), span_(span) {}

  std::vector<LabelRequirement> parse() {
    std::vector<LabelRequirement> requirements;
    for (;;) {
      const Token token = scanner_.peek();
      if (token == Token::kText || token == Token::kNot) {
        in_requirement_ = true;
        requirements.push_back(parse_requirement());
        in_requirement_ = false;
        const Token end = scanner_.next();
        if (end == Token::kEnd) return requirements;
        if (end != Token::kComma)
          fail_with(cat("found '", scanner_.literal(), "', expected: ',' or 'end of string'"));
        const Token after = scanner_.peek();
        if (after != Token::kText && after != Token::kNot)
          fail_with(cat("found '", scanner_.peeked(), "', expected: identifier after ','"));
      } else if (token == Token::kEnd) {
        return requirements;
      } else {
        fail_with(
            cat("found '", scanner_.peeked(), "', expected: !, identifier, or 'end of string'"));
      }
    }
  }

 private:
  [[noreturn]] void fail_with(std::string cause) const {
    fail("kustomize/label-selector", span_, cat("'", text_, "' is not a label selector: ", cause),
         {}, {cat(in_requirement_ ? "unable to parse requirement: " : "", cause)});
  }

  // How Kubernetes words it that a text does not fit a pattern.
  static std::string pattern_words(std::string_view rule, std::string_view pattern,
                                   std::initializer_list<std::string_view> examples) {
    std::string words = cat(rule, " (e.g. ");
    bool first = true;
    for (const std::string_view example : examples) {
      words += cat(first ? "" : " or ", "'", example, "', ");
      first = false;
    }
    return cat(words, "regex used for validation is '", pattern, "')");
  }

  void check_key(std::string_view key) const {
    constexpr std::string_view kName = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
    constexpr std::string_view kRule =
        "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
        "alphanumeric character";
    constexpr std::string_view kPrefix =
        "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*";
    constexpr std::string_view kPrefixRule =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "
        "'.', and must start and end with an alphanumeric character";
    const std::vector<std::string_view> parts = split(key, '/');
    std::vector<std::string> problems;
    const std::string name_words = pattern_words(kRule, kName, {"MyName", "my.name", "123-abc"});
    if (parts.size() > 2) {
      problems.push_back(cat("a qualified name ", name_words,
                             " with an optional DNS subdomain prefix and '/' (e.g. "
                             "'example.com/MyName')"));
    } else {
      if (parts.size() == 2 && parts[0].empty())
        problems.emplace_back("prefix part must be non-empty");
      else if (parts.size() == 2 && !Regex(cat("^", kPrefix, "$")).matches(parts[0]))
        problems.push_back(
            cat("prefix part ", pattern_words(kPrefixRule, kPrefix, {"example.com"})));
      const std::string_view name = parts.back();
      if (name.empty()) problems.emplace_back("name part must be non-empty");
      if (name.size() > 63) problems.emplace_back("name part must be no more than 63 characters");
      if (!Regex(cat("^", kName, "$")).matches(name))
        problems.push_back(cat("name part ", name_words));
    }
    if (!problems.empty())
      fail_with(cat("invalid label key ", go_quoted(key), ": ", join(problems, "; ")));
  }

  void check_value(std::string_view key, std::string_view value) const {
    constexpr std::string_view kValue = "(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?";
    std::vector<std::string> problems;
    if (value.size() > 63) problems.emplace_back("must be no more than 63 characters");
    if (!Regex(cat("^", kValue, "$")).matches(value))
      problems.push_back(pattern_words(
          "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' "
          "or '.', and must start and end with an alphanumeric character",
          kValue, {"MyValue", "my_value", "12345"}));
    if (!problems.empty())
      fail_with(cat("invalid label value: ", go_quoted(value), ": at key: ", go_quoted(key), ": ",
                    join(problems, "; ")));
  }

  LabelRequirement parse_requirement() {
    LabelRequirement requirement;
    Token token = scanner_.next();
    if (token == Token::kNot) {
      requirement.op = Operator::kNotExists;
      token = scanner_.next();
    }
    if (token != Token::kText)
      fail_with(cat("found '", scanner_.literal(), "', expected: identifier"));
    requirement.key = scanner_.literal();
    check_key(requirement.key);
    if (requirement.op == Operator::kNotExists) return requirement;
    const Token next = scanner_.peek();
    if (next == Token::kEnd || next == Token::kComma) return requirement;
    parse_values(requirement, scanner_.next());
    for (const std::string& value : requirement.values) check_value(requirement.key, value);
    return requirement;
  }

  void parse_values(LabelRequirement& requirement, Token op) {
    switch (op) {
      case Token::kEqual:
      case Token::kDoubleEqual:
        requirement.op = Operator::kIn;
        requirement.values = {exact_value()};
        return;
      case Token::kNotEqual:
        requirement.op = Operator::kNotIn;
        requirement.values = {exact_value()};
        return;
      case Token::kGreater:
      case Token::kLess:
        requirement.op = op == Token::kGreater ? Operator::kGreater : Operator::kLess;
        requirement.values = {exact_value()};
        if (!to_integer(requirement.values.front()))
          fail_with("for 'Gt', 'Lt' operators, the value must be an integer");
        return;
      case Token::kIn:
      case Token::kNotIn:
        requirement.op = op == Token::kIn ? Operator::kIn : Operator::kNotIn;
        requirement.values = value_list();
        return;
      default:
        fail_with(cat("found '", scanner_.literal(), "', expected: '=', '!=', '==', 'in', notin'"));
    }
  }

  std::string exact_value() {
    const Token token = scanner_.peek(true);
    if (token == Token::kEnd || token == Token::kComma) return "";
    if (scanner_.next(true) != Token::kText)
      fail_with(cat("found '", scanner_.literal(), "', expected: identifier"));
    return std::string(scanner_.literal());
  }

  std::vector<std::string> value_list() {
    if (scanner_.next(true) != Token::kOpen)
      fail_with(cat("found '", scanner_.literal(), "' expected: '('"));
    const Token start = scanner_.peek(true);
    if (start == Token::kClose) {
      scanner_.next(true);
      return {""};
    }
    if (start != Token::kText && start != Token::kComma)
      fail_with(cat("found '", scanner_.peeked(), "', expected: ',', ')' or identifier"));
    std::vector<std::string> values;
    for (;;) {
      const Token token = scanner_.next(true);
      if (token == Token::kText) {
        values.emplace_back(scanner_.literal());
        const Token end = scanner_.peek(true);
        if (end != Token::kComma && end != Token::kClose)
          fail_with(cat("found '", scanner_.peeked(), "', expected: ',' or ')'"));
        if (end == Token::kClose) break;
      } else if (token == Token::kComma) {
        if (values.empty()) values.emplace_back();
        const Token end = scanner_.peek(true);
        if (end == Token::kComma) scanner_.next(true);
        if (end == Token::kComma || end == Token::kClose) values.emplace_back();
        if (end == Token::kClose) break;
      } else {
        fail_with(cat("found '", scanner_.literal(), "', expected: ',', or identifier"));
      }
    }
    scanner_.next(true);
    return values;
  }

  Scanner scanner_;
  std::string_view text_;
  Span span_;
  bool in_requirement_ = false;
};

bool matches_one(const LabelRequirement& requirement, const yaml::Node* labels) {
  const yaml::Node* const label =
      labels != nullptr ? yaml::find(*labels, requirement.key) : nullptr;
  const auto listed = [&] {
    return std::ranges::find(requirement.values, label->text) != requirement.values.end();
  };
  switch (requirement.op) {
    case Operator::kExists:
      return label != nullptr;
    case Operator::kNotExists:
      return label == nullptr;
    case Operator::kIn:
      return label != nullptr && listed();
    case Operator::kNotIn:
      return label == nullptr || !listed();
    case Operator::kGreater:
    case Operator::kLess: {
      if (label == nullptr) return false;
      const auto value = to_integer(label->text);
      const auto bound = to_integer(requirement.values.front());
      if (!value || !bound) return false;
      return requirement.op == Operator::kGreater ? *value > *bound : *value < *bound;
    }
  }
  return false;
}

}  // namespace

std::vector<LabelRequirement> parse_label_selector(std::string_view text, Span span) {
  return Parser(text, span).parse();
}

bool matches_labels(const std::vector<LabelRequirement>& requirements, const yaml::Node* labels) {
  return std::ranges::all_of(requirements, [&](const LabelRequirement& requirement) {
    return matches_one(requirement, labels);
  });
}

// ---- selectors ----

namespace {

bool is_literal(std::string_view pattern) {
  return std::ranges::all_of(pattern, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '/';
  });
}

}  // namespace

Selector::Part::Part(const yaml::Node& target, std::string_view field)
    : text(yaml::text_at(target, {field})), literal(is_literal(text)) {
  if (literal) return;
  const std::string anchored = cat("^(?:", text, ")$");
  if (const auto cause = Regex::why_invalid(anchored))
    fail("kustomize/selector-regex", yaml::find(target, field)->span,
         cat("'", text, "' is not a regular expression: ", *cause), {},
         {std::string(text), *cause});
  regex.emplace(anchored);
}

bool Selector::Part::matches(std::string_view value) const {
  if (text.empty()) return true;
  return literal ? text == value : regex->matches(value);
}

Selector::Selector(const yaml::Node& target)
    : group_(target, "group"),
      version_(target, "version"),
      kind_(target, "kind"),
      name_(target, "name"),
      namespace_(target, "namespace"),
      labels_{yaml::find(target, "labelSelector")},
      annotations_{yaml::find(target, "annotationSelector")} {}

bool Selector::matches_gvk(const Gvk& gvk) const {
  return kind_.matches(gvk.kind) && group_.matches(gvk.group) && version_.matches(gvk.version);
}

bool Selector::Requirements::match(const yaml::Node* labels) const {
  if (text == nullptr || text->text.empty()) return true;
  if (!parsed) parsed = parse_label_selector(text->text, text->span);
  return matches_labels(*parsed, labels);
}

bool Selector::matches_metadata(const yaml::Node& body) const {
  return labels_.match(yaml::find_path(body, {"metadata", "labels"})) &&
         annotations_.match(yaml::find_path(body, {"metadata", "annotations"}));
}

std::optional<std::string_view> Selector::literal_name() const {
  if (name_.text.empty() || !name_.literal) return std::nullopt;
  return name_.text;
}

std::vector<Item*> select(const Items& items, const Selector& selector) {
  std::vector<Item*> selected;
  const auto consider = [&](Item* item) {
    if (item->dropped) return;
    const Id now = item->id();
    const Id first = item->original_id();
    if (!selector.matches_namespace(effective_namespace(first)) &&
        !selector.matches_namespace(effective_namespace(now)))
      return;
    if (!selector.matches_name(first.name) && !selector.matches_name(now.name)) return;
    if (selector.matches_gvk(now.gvk) && selector.matches_metadata(*item->body))
      selected.push_back(item);
  };
  if (const auto name = selector.literal_name()) {
    for (Item* const item : items.named(*name)) consider(item);
  } else {
    for (Item* const item : items.list()) consider(item);
  }
  return selected;
}

}  // namespace plumb::kustomize
