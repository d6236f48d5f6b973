#pragma once
// Two texts → the lines, or the words, that differ.

#include <string>
#include <string_view>
#include <vector>

namespace plumb::diff {

struct Piece {
  char mark = ' ';  // ' ' common, '-' gone, '+' new; '@': lines left out, `text` says how many
  std::string_view text;
  std::size_t left_out = 0;
};

// Lines without their breaks. `context`: common lines kept around each difference. The pieces view
// the texts, except that those marked '@' are empty.
std::vector<Piece> line_diff(std::string_view before, std::string_view after,
                             std::size_t context = 2);

// Words and what stands between them; runs of the same mark are one piece. All of both texts.
std::vector<Piece> word_diff(std::string_view before, std::string_view after);

}  // namespace plumb::diff
