#pragma once
// Secrets do not leave: their values are replaced by marks wherever they stand in a text.
//
//   Masker masker;
//   masker.add(head);                                  every Secret of a set
//   masker.mask("dsn: postgres://u:s3cr3t@db")         == "dsn: postgres://u:‹secret 1›@db"
//   masker.mask_name("overlays/shop/a.yaml")           the same text, though a password is "shop"
//
// Known are a value, its base64, its URL-encoded form and its form in a JSON string, and each line
// of a long value. Equal values have the same mark in one run; a mark tells nothing of the length.
//
// - In its own place, a Secret's data or a field of `sensitive:`, a value is masked whatever it is
//   (is_sensitive, mark_of).
// - In every other text it is masked too, but for those that any document has: fewer than four
//   bytes, everyday words, numbers of fewer than six digits. A value of fewer than eight bytes
//   counts only where it stands alone, as "admin" does not in "administrator".
// - What things are called stays readable: names, namespaces, kinds, units, environments, files,
//   paths and keys (mask_name), and in any text the name of an object that was learned, as
//   "Secret/shop/db". There a value is left when it reads like a name itself, as `shop` and
//   `customer-accounts` do and a token does not.

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
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
  // The same for what something is called: values that read like a name are left.
  std::string mask_name(std::string_view name) const;
  // Whether a field is secret by its place: a Secret's data, or what plumb.yaml says.
  bool is_sensitive(const kube::ResourceId& id, const yaml::Path& path) const;
  // The mark of a value that stands in such a field. `encoded`: it is base64 of the value.
  std::string mark_of(std::string_view value, bool encoded);

 private:
  struct Pattern {
    std::uint32_t mark;
    bool alone;   // counts only between other than letters and digits
    bool padded;  // base64: '=' behind it belongs to it
    bool named;   // reads like a name
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
  std::string masked(std::string_view text, bool is_name) const;
  Match match(std::string_view text, std::size_t at, bool is_name) const;
  bool is_reference(std::string_view text, std::size_t at, std::size_t length) const;

  std::vector<Field> fields_;
  std::unordered_map<std::string, std::uint32_t> numbers_;    // of values
  std::deque<std::string> texts_;                             // of patterns
  std::unordered_set<std::string> references_;                // names of objects
  std::unordered_map<std::uint32_t, Patterns> by_beginning_;  // four bytes
};

}  // namespace plumb::report
