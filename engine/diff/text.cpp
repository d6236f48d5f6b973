#include "diff/text.h"

#include <algorithm>
#include <cctype>
#include <unordered_map>

#include "base/text.h"
#include "diff/sequence.h"

namespace plumb::diff {

namespace {

using Views = std::vector<std::string_view>;

Views lines_of(std::string_view text) {
  Views lines = split(text, '\n');
  if (lines.back().empty()) lines.pop_back();  // a last line break ends a line, it begins none
  return lines;
}

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || (c & 0x80) != 0;
}

// Words, and single other characters.
Views words_of(std::string_view text) {
  Views words;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at + 1;
    while (is_word(text[at]) && end < text.size() && is_word(text[end])) ++end;
    words.push_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

std::vector<Piece> pieces_of(const Views& before, const Views& after) {
  std::unordered_map<std::string_view, std::uint32_t> numbers;
  const auto number_all = [&](const Views& views) {
    std::vector<std::uint32_t> all;
    for (const std::string_view view : views) {
      all.push_back(
          numbers.emplace(view, static_cast<std::uint32_t>(numbers.size())).first->second);
    }
    return all;
  };
  const std::vector<std::uint32_t> a = number_all(before);
  const std::vector<std::uint32_t> b = number_all(after);
  auto pairs = align(a, b);
  pairs.emplace_back(a.size(), b.size());
  std::vector<Piece> pieces;
  std::size_t x = 0, y = 0;
  for (const auto& [next_x, next_y] : pairs) {
    while (x < next_x) pieces.push_back({'-', before[x++]});
    while (y < next_y) pieces.push_back({'+', after[y++]});
    if (next_x < a.size()) pieces.push_back({' ', before[next_x]});
    x = next_x + 1;
    y = next_y + 1;
  }
  return pieces;
}

// Folds runs of common lines that are further than `context` from a difference.
std::vector<Piece> fold(const std::vector<Piece>& pieces, std::size_t context) {
  std::vector<Piece> folded;
  for (std::size_t at = 0; at < pieces.size();) {
    std::size_t end = at;
    while (end < pieces.size() && pieces[end].mark == ' ') ++end;
    const std::size_t head = at == 0 ? 0 : context;
    const std::size_t tail = end == pieces.size() ? 0 : context;
    if (end - at > head + tail + 1) {
      folded.insert(folded.end(), pieces.begin() + static_cast<std::ptrdiff_t>(at),
                    pieces.begin() + static_cast<std::ptrdiff_t>(at + head));
      folded.push_back({'@', {}, end - at - head - tail});
      at = end - tail;
    }
    while (at < end) folded.push_back(pieces[at++]);
    while (at < pieces.size() && pieces[at].mark != ' ') folded.push_back(pieces[at++]);
  }
  return folded;
}

}  // namespace

std::vector<Piece> line_diff(std::string_view before, std::string_view after, std::size_t context) {
  return fold(pieces_of(lines_of(before), lines_of(after)), context);
}

std::vector<Piece> word_diff(std::string_view before, std::string_view after) {
  std::vector<Piece> joined;
  for (const Piece& piece : pieces_of(words_of(before), words_of(after))) {
    const bool follows = !joined.empty() && joined.back().mark == piece.mark &&
                         joined.back().text.data() + joined.back().text.size() == piece.text.data();
    if (follows) {
      joined.back().text = {joined.back().text.data(),
                            joined.back().text.size() + piece.text.size()};
    } else {
      joined.push_back(piece);
    }
  }
  return joined;
}

}  // namespace plumb::diff
