// A text in UTF-16 becomes one in UTF-8, which remembers where its characters come from.

#include "base/text.h"
#include "yaml/reader.h"

namespace plumb::yaml {

namespace {

// The code units of a text that starts with a byte order mark.
class CodeUnits {
 public:
  explicit CodeUnits(std::string_view text) : text_(text), little_(text.starts_with('\xFF')) {}

  bool complete(std::size_t at) const { return at + 2 <= text_.size(); }
  char32_t at(std::size_t at) const {
    const auto low = static_cast<unsigned char>(text_[at + (little_ ? 0 : 1)]);
    const auto high = static_cast<unsigned char>(text_[at + (little_ ? 1 : 0)]);
    return static_cast<char32_t>(high << 8 | low);
  }

 private:
  std::string_view text_;
  bool little_;
};

constexpr std::size_t kUnitBytes = 2;

bool is_high_surrogate(char32_t unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool is_low_surrogate(char32_t unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

}  // namespace

void Reader::read_utf16() {
  const CodeUnits units(text_);
  std::string converted;
  std::vector<std::uint32_t> offsets;
  for (std::size_t i = kUnitBytes; i < text_.size();) {
    const char* const at = text_.data() + i;
    const bool complete = units.complete(i);
    char32_t c = complete ? units.at(i) : 0;
    std::size_t bytes = kUnitBytes;
    if (complete && is_high_surrogate(c) && units.complete(i + kUnitBytes) &&
        is_low_surrogate(units.at(i + kUnitBytes))) {
      c = 0x10000 + ((c - 0xD800) << 10) + (units.at(i + kUnitBytes) - 0xDC00);
      bytes = 2 * kUnitBytes;
    }
    if (!complete || is_high_surrogate(c) || is_low_surrogate(c)) {
      fail_at(at, std::min(at + kUnitBytes, text_.data() + text_.size()), "yaml/encoding",
              "expected UTF-16, found half of a character", "save the file as UTF-8");
    }
    append_utf8(converted, c);
    offsets.resize(converted.size(), static_cast<std::uint32_t>(i));
    i += bytes;
  }
  offsets.push_back(static_cast<std::uint32_t>(text_.size()));
  std::uint32_t* const kept = arena_.array<std::uint32_t>(offsets.size());
  std::copy(offsets.begin(), offsets.end(), kept);
  text_ = arena_.copy(converted);
  if (direct_) offsets_ = kept;
  direct_ = false;
  at_ = line_ = value_end_ = text_.data();
  end_ = at_ + text_.size();
  check_text();
}

}  // namespace plumb::yaml
