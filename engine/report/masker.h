#pragma once
// Secrets do not leave: their values are replaced by marks wherever they stand in a text.
//
//   Masker masker;
//   masker.add(head);                                  every Secret of a set
//   masker.mask("dsn: postgres://u:s3cr3t@db")         == "dsn: postgres://u:‹secret 1›@db"
//
// Known are a value, its base64, its URL-encoded form and its form in a JSON string, and each line
// of a long value. Equal values have the same mark in one run; a mark tells nothing of the length.
// Values of fewer than four bytes, and everyday words, are masked where they are a Secret's own
// field, and nowhere else: a text without any "1" helps nobody. A value of fewer than eight bytes
// counts only where it stands alone, as "admin" does not in "administrator".

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kube/resource.h"
#include "yaml/path.h"

namespace plumb::report {

class Masker {
 public:
  // `sensitive`: fields beside those of Secrets, as plumb.yaml names them: "ConfigMap/app
  // data.token". One that cannot be read is the error report/sensitive-path.
  explicit Masker(std::span<const std::string> sensitive = {});

  // Learns the values of the set's Secrets and sensitive fields. Call it for every set, base and
  // live included, before the first text leaves.
  void add(const kube::ResourceSet& set);
  void add(const yaml::Node& body);
  // Learns one value.
  void add_value(std::string_view value);

  // The text with marks for everything secret.
  std::string mask(std::string_view text) const;
  // Whether a field is secret by its place: a Secret's data, or what plumb.yaml says.
  bool is_sensitive(const kube::ResourceId& id, const yaml::Path& path) const;
  // The mark of a value that stands in such a field. `encoded`: it is base64 of the value.
  std::string mark_of(std::string_view value, bool encoded);

 private:
  struct Pattern {
    std::uint32_t mark;
    bool alone;   // counts only between other than letters and digits
    bool padded;  // base64: '=' behind it belongs to it
  };
  // Texts that begin alike, by their length: the longest is looked for first.
  struct Match {
    const Pattern* pattern = nullptr;
    std::size_t length = 0;
  };
  using Patterns =
      std::map<std::size_t, std::unordered_map<std::string_view, Pattern>, std::greater<>>;
  struct Field {
    std::string kind;
    std::string namespace_name;  // "" for any
    std::string name;
    yaml::Path path;
  };
  std::uint32_t number_of(std::string_view value);
  void add_pattern(std::string text, std::uint32_t mark, bool padded);
  void learn(std::string_view value);
  Match match(std::string_view text, std::size_t at) const;

  std::vector<Field> fields_;
  std::unordered_map<std::string, std::uint32_t> numbers_;    // of values
  std::deque<std::string> texts_;                             // of patterns
  std::unordered_map<std::uint32_t, Patterns> by_beginning_;  // four bytes
};

}  // namespace plumb::report
