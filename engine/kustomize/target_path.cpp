#include "kustomize/target_path.h"

#include <algorithm>
#include <set>

#include "base/regex.h"
#include "base/text.h"
#include "kustomize/field_path.h"
#include "kustomize/go_yaml3.h"
#include "kustomize/go_yaml_text.h"
#include "kustomize/json_values.h"
#include "kustomize/scalar.h"
#include "kustomize/wording.h"
#include "yaml/read.h"

namespace plumb::kustomize {

namespace {

using yaml::Node;

[[noreturn]] void fail_part(Span span, std::string text, std::string cause) {
  fail("kustomize/field-path-part", span, std::move(text), {}, {std::move(cause)});
}

std::string_view kind_name(const Node& node) {
  return node.is_mapping() ? "MappingNode" : node.is_sequence() ? "SequenceNode" : "ScalarNode";
}

void require(const Node& node, yaml::Kind kind, Span span) {
  if (node.kind == kind || node.is_null()) return;
  const bool map = kind == yaml::Kind::kMapping;
  fail_part(span, cat("the path needs a ", map ? "map" : "list", " where there is none"),
            cat("wrong node kind: expected ", map ? "MappingNode" : "SequenceNode", " but got ",
                kind_name(node), ": node contents:\n", write_go_yaml(node)));
}

// A scalar as it would be printed: quotes count.
std::string printed(const Node& node) {
  if (node.style == yaml::Style::kDoubleQuoted) return cat('"', node.text, '"');
  if (node.style == yaml::Style::kSingleQuoted)
    return cat('\'', replace_all(node.text, "'", "''"), '\'');
  return std::string(trim(node.text));
}

class Search {
 public:
  Search(Build& build, const std::vector<std::string>& path, const Node* like, Span span)
      : build_(build), path_(path), like_(like), span_(span) {}

  std::vector<Target> run(Node& root) {
    walk(root, 0);
    return std::move(found_);
  }

 private:
  void walk(Node& node, std::size_t depth) {
    if (depth == path_.size()) {
      found_.push_back({&node, made_.contains(&node)});
      return;
    }
    const std::string& part = path_[depth];
    if (is_index(part)) return walk_index(node, depth);
    if (is_list_match(part)) return walk_match(node, depth);
    if (part == "*") {
      require(node, yaml::Kind::kSequence, span_);
      for (Node* const item : node.items) walk(*item, depth + 1);
      return;
    }
    walk_field(node, depth);
  }

  // What the part behind `depth` needs.
  Node* make(std::size_t depth) {
    Node* node = nullptr;
    if (depth + 1 == path_.size()) {
      node = like_->is_mapping()    ? yaml::make_mapping(build_.arena, span_)
             : like_->is_sequence() ? yaml::make_sequence(build_.arena, span_)
                                    : make_untagged(build_.arena, "", span_);
    } else {
      const std::string& next = path_[depth + 1];
      node = is_list_match(next) || is_index(next) ? yaml::make_sequence(build_.arena, span_)
                                                   : yaml::make_mapping(build_.arena, span_);
    }
    made_.insert(node);
    return node;
  }

  static void become(Node& node, yaml::Kind kind) {
    node.kind = kind;
    node.type = yaml::Type::kCollection;
    node.style = yaml::Style::kBlock;
  }

  void walk_field(Node& node, std::size_t depth) {
    require(node, yaml::Kind::kMapping, span_);
    Node* field = node.is_null() ? nullptr : yaml::find(node, path_[depth]);
    if (field == nullptr) {
      if (like_ == nullptr) return;
      if (node.is_null()) become(node, yaml::Kind::kMapping);
      field = make(depth);
      node.entries.push_back(
          build_.arena,
          {make_untagged(build_.arena, build_.arena.copy(path_[depth]), span_), field});
    }
    if (field->is_scalar() && !field->is_null() && depth + 1 < path_.size() &&
        !made_.contains(field))
      field = &parsed(*field);
    walk(*field, depth + 1);
  }

  // What a text holds, as a tree of its own: writing there changes nothing, which is kustomize's
  // answer to paths that lead into texts and cannot be followed otherwise.
  Node& parsed(const Node& text) {
    yaml::Profile profile = yaml::kKustomizeProfile;
    profile.duplicates = yaml::DuplicateKeys::kKeep;
    const yaml::Document document = read_text(text.text, profile);
    if (document.empty)
      fail_part(span_, "the path leads into an empty text",
                "wrong node kind: expected MappingNode but got : node contents:\nnull");
    turn_repeated_keys(*document.root);
    return *document.root;
  }

  yaml::Document read_text(std::string_view text, const yaml::Profile& profile) {
    try {
      return yaml::read_first(text, {}, profile, build_.arena, build_.context.limits);
    } catch (const Error& error) {
      if (!error.diagnostic().code.starts_with("yaml/")) throw;
      fail_part(span_, cat("the path leads into a text that is no YAML: ", error.diagnostic().text),
                go_yaml_words(error.diagnostic(), text, GoYaml::kVersion3));
    }
  }

  void walk_index(Node& node, std::size_t depth) {
    require(node, yaml::Kind::kSequence, span_);
    const auto index = static_cast<std::size_t>(to_integer(path_[depth]).value_or(INT32_MAX));
    if (index == node.items.size() && like_ != nullptr) {
      if (node.is_null()) become(node, yaml::Kind::kSequence);
      yaml::append(build_.arena, node, make(depth));
    }
    if (index >= node.items.size())
      fail_part(span_, cat("there is no element ", index, " in a list of ", node.items.size()),
                cat("index ", index, " specified but only ", node.items.size(), " elements found"));
    walk(*node.items[index], depth + 1);
  }

  void walk_match(Node& node, std::size_t depth) {
    require(node, yaml::Kind::kSequence, span_);
    const auto [field, pattern] = list_match(path_[depth], span_);
    if (const auto cause = Regex::why_invalid(pattern))
      fail_part(span_, cat("'", pattern, "' is not a regular expression: ", *cause),
                go_regex_words(*cause));
    const Regex regex(pattern);
    const std::size_t before = found_.size();
    visit_matches(node, depth, field, regex);
    if (found_.size() != before || like_ == nullptr) return;
    if (node.is_null()) become(node, yaml::Kind::kSequence);
    Node* const value = make_untagged(build_.arena, build_.arena.copy(pattern), span_);
    Node* element = value;
    if (!field.empty()) {
      element = yaml::make_mapping(build_.arena, span_);
      element->entries.push_back(
          build_.arena, {make_untagged(build_.arena, build_.arena.copy(field), span_), value});
    }
    yaml::append(build_.arena, node, element);
    visit_matches(node, depth, field, regex);
  }

  void visit_matches(Node& node, std::size_t depth, const std::string& field, const Regex& regex) {
    for (Node* const item : std::vector<Node*>(node.items.begin(), node.items.end())) {
      if (field.empty()) {
        if (item->is_scalar() && regex.matches(printed(*item)))
          found_.push_back({item, made_.contains(item)});
        continue;
      }
      const Node* const value = item->is_mapping() ? yaml::find(*item, field) : nullptr;
      if (value != nullptr && value->is_scalar() && regex.matches(printed(*value)))
        walk(*item, depth + 1);
    }
  }

  Build& build_;
  const std::vector<std::string>& path_;
  const Node* like_;
  Span span_;
  std::set<const Node*> made_;
  std::vector<Target> found_;
};

std::string with_piece(std::string_view text, std::string_view delimiter, std::int64_t index,
                       std::string_view piece) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  for (std::size_t at = text.find(delimiter); at != std::string_view::npos;
       at = text.find(delimiter, from)) {
    parts.emplace_back(text.substr(from, at - from));
    from = at + delimiter.size();
  }
  parts.emplace_back(text.substr(from));
  if (index < 0)
    parts.insert(parts.begin(), std::string(piece));
  else if (index >= static_cast<std::int64_t>(parts.size()))
    parts.emplace_back(piece);
  else
    parts[static_cast<std::size_t>(index)] = piece;
  return join(parts, delimiter);
}

}  // namespace

std::vector<Target> find_targets(Build& build, Node& root, const std::vector<std::string>& path,
                                 const Node* like, Span span) {
  return Search(build, path, like, span).run(root);
}

void set_target(Build& build, const Target& target, const Node& value, std::string_view delimiter,
                std::int64_t index, const Mark& mark) {
  Node& node = *target.node;
  std::string_view text = value.is_scalar() ? value.text : std::string_view{};
  if (!delimiter.empty()) {
    if (!node.is_scalar())
      fail("kustomize/replacement", mark.span, "a delimiter needs a scalar", {},
           {"delimiter option can only be used with scalar nodes"});
    text = build.arena.copy(with_piece(node.text, delimiter, index, value.is_null() ? "" : text));
  }
  const Node before = node;
  if (!node.is_scalar()) {
    Node* const copy = yaml::copy(build.arena, value);
    if (!delimiter.empty()) copy->text = text;
    node = *copy;
    build.origins.record_tree(node, &before, mark.span, mark.layer);
    return;
  }
  if (target.made)
    set_untagged(node, text);
  else
    node.text = text;
  build.origins.record(node, &before, mark.span, mark.layer);
}

}  // namespace plumb::kustomize
