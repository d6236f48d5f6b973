#include "report/json_writer.h"

#include "base/arena.h"
#include "base/text.h"
#include "yaml/emit.h"

namespace plumb::report {

std::string json_string(std::string_view value) {
  Arena arena;
  return yaml::emit_json(*yaml::make_string_view(arena, value), {true, false, 0});
}

void JsonWriter::line() {
  out_.push_back('\n');
  out_.append(static_cast<std::size_t>(depth_) * 2, ' ');
}

void JsonWriter::begin_value() {
  if (behind_key_) {
    behind_key_ = false;
    return;
  }
  if (depth_ == 0) return;
  if (!first_) out_.push_back(',');
  line();
  first_ = false;
}

void JsonWriter::open(char bracket) {
  begin_value();
  out_.push_back(bracket);
  ++depth_;
  first_ = true;
}

void JsonWriter::close(char bracket) {
  --depth_;
  if (!first_) line();
  out_.push_back(bracket);
  first_ = false;
}

void JsonWriter::key(std::string_view name) {
  begin_value();
  out_ += json_string(name);
  out_ += ": ";
  behind_key_ = true;
}

void JsonWriter::text(std::string_view value) { word(masker_.mask(value)); }
void JsonWriter::name(std::string_view value) { word(masker_.mask_name(value)); }

void JsonWriter::word(std::string_view value) {
  begin_value();
  out_ += json_string(value);
}

void JsonWriter::number(std::size_t value) {
  begin_value();
  out_ += cat(value);
}

void JsonWriter::boolean(bool value) {
  begin_value();
  out_ += value ? "true" : "false";
}

void JsonWriter::null() {
  begin_value();
  out_ += "null";
}

void JsonWriter::value(const yaml::Node& scalar) {
  begin_value();
  const bool beyond_json =
      scalar.type == yaml::Type::kFloat &&
      (contains(lower(scalar.text), "inf") || contains(lower(scalar.text), "nan"));
  out_ += beyond_json ? json_string(scalar.text) : yaml::emit_json(scalar, {false, false, 0});
}

}  // namespace plumb::report
