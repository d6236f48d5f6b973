#include "yaml/json.h"

#include <charconv>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/diagnostic.h"
#include "base/text.h"
#include "yaml/emit.h"

namespace plumb::yaml {

namespace {

// Builds nodes from the events of nlohmann's parser.
class TreeBuilder : public nlohmann::json_sax<nlohmann::json> {
 public:
  TreeBuilder(Span place, Arena& arena, const Limits& limits)
      : place_(place), arena_(arena), limits_(limits) {}

  Node* root = nullptr;

  bool null() override { return add(make_null(arena_, place_)); }
  bool boolean(bool value) override { return add(make_boolean(arena_, value, place_)); }
  bool number_integer(std::int64_t value) override {
    return add(make_integer(arena_, value, place_));
  }
  bool number_unsigned(std::uint64_t value) override {
    return add(number(Type::kInteger, std::to_string(value)));
  }
  bool number_float(double, const std::string& text) override {
    const bool whole = text.find_first_of(".eE") == std::string::npos;  // an integer beyond 64 bits
    return add(number(whole ? Type::kInteger : Type::kFloat, text));
  }
  bool string(std::string& value) override { return add(make_string(arena_, value, place_)); }
  bool binary(nlohmann::json::binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(make_mapping(arena_, place_)); }
  bool key(std::string& value) override {
    keys_.back() = make_string(arena_, value, place_);
    return true;
  }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(make_sequence(arena_, place_)); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    fail("yaml/json", place_, cat("expected JSON, found something else at byte ", position));
  }

 private:
  Node* number(Type type, std::string_view text) {
    Node* const node = make_string(arena_, text, place_);
    node->type = type;
    return node;
  }
  bool add(Node* node) {
    if (open_.empty()) {
      root = node;
    } else if (open_.back()->is_sequence()) {
      append(arena_, *open_.back(), node);
    } else {
      open_.back()->entries.push_back(arena_, {keys_.back(), node});
    }
    return true;
  }
  bool open(Node* node) {
    add(node);
    open_.push_back(node);
    keys_.push_back(nullptr);
    if (open_.size() > limits_.read_depth) fail_limit(limits_, &Limits::read_depth, place_);
    return true;
  }
  bool close() {
    open_.pop_back();
    keys_.pop_back();
    return true;
  }

  Span place_;
  Arena& arena_;
  const Limits& limits_;
  std::vector<Node*> open_;
  std::vector<Node*> keys_;
};

}  // namespace

Node* read_json(std::string_view text, Span place, Arena& arena, const Limits& limits) {
  TreeBuilder builder(place, arena, limits);
  nlohmann::json::sax_parse(text.begin(), text.end(), &builder);
  return builder.root;
}

// Its digits are the fewest, but not always the nearest: only it knows which.
std::string format_nlohmann_float(double value) { return nlohmann::json(value).dump(); }

}  // namespace plumb::yaml
