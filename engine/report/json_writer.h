#pragma once
// JSON as text, member by member, indented by two. Strings that come from outside go through the
// masker; keys and words of our own do not.

#include <string>
#include <string_view>

#include "report/masker.h"

namespace plumb::report {

class JsonWriter {
 public:
  explicit JsonWriter(const Masker& masker) : masker_(masker) {}

  void open_object() { open('{'); }
  void close_object() { close('}'); }
  void open_list() { open('['); }
  void close_list() { close(']'); }
  void key(std::string_view name);    // as it is
  void text(std::string_view value);  // masked
  void name(std::string_view value);  // what something is called, masked as such
  void word(std::string_view value);  // ours: a digest, an enumeration
  void number(std::size_t value);
  void boolean(bool value);
  void null();
  // A scalar as it is, number or word; `scalar` was masked by the caller.
  void value(const yaml::Node& scalar);

  void member(std::string_view name, std::string_view value) { key(name), text(value); }
  void named(std::string_view key_name, std::string_view value) { key(key_name), name(value); }
  // The document, with a line break at its end.
  std::string finish() { return std::move(out_) + "\n"; }

 private:
  void open(char bracket);
  void close(char bracket);
  void begin_value();
  void line();

  const Masker& masker_;
  std::string out_;
  int depth_ = 0;
  bool first_ = true;  // nothing in this object or list yet
  bool behind_key_ = false;
};

// A string with its quotes.
std::string json_string(std::string_view value);

}  // namespace plumb::report
