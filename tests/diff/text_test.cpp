#include "diff/text.h"

#include <catch2/catch.hpp>

using namespace plumb::diff;

namespace {

std::string show(const std::vector<Piece>& pieces, std::string_view between) {
  std::string out;
  for (const Piece& piece : pieces) {
    out += piece.mark;
    out += piece.mark == '@' ? std::to_string(piece.left_out) : std::string(piece.text);
    out += between;
  }
  return out;
}

}  // namespace

TEST_CASE("lines that differ are shown with the lines around them", "[diff][text]") {
  CHECK(show(line_diff("a\nb\nc\n", "a\nB\nc\n"), "|") == " a|-b|+B| c|");
  CHECK(show(line_diff("1\n2\n3\n4\n5\n6\n7\n8\n", "1\n2\n3\n4\n5\n6\n7\n8\n9\n"), "|") ==
        "@6| 7| 8|+9|");
  CHECK(line_diff("a\n", "a\n").size() == 1);
}

TEST_CASE("words that differ are shown within the text", "[diff][text]") {
  CHECK(show(word_diff("pip install kfp==2.1 -q", "pip install kfp==2.2 -q"), "|") ==
        " pip install kfp==2.|-1|+2|  -q|");
}
