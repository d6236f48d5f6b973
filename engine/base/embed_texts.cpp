// embed_texts HEADER FUNCTION ROOT FILE… > texts.cpp
//
// Runs while plumb is built: defines FUNCTION ("plumb::schema::shipped_texts"), which HEADER
// declares, to give the texts of the files, with their paths below ROOT.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

namespace {

std::string escaped(char c) {
  if (c == '"' || c == '\\') return std::string("\\") + c;
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= 0x20 && byte < 0x7f) return std::string(1, c);
  const char octal[] = {'\\', static_cast<char>('0' + byte / 64),
                        static_cast<char>('0' + byte / 8 % 8), static_cast<char>('0' + byte % 8),
                        0};
  return octal;
}

// A line of text a line of code: a compiler's error then names what it means.
bool print_text(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return false;
  for (std::string line; std::getline(in, line);) {
    std::cout << "\n    \"";
    for (const char c : line) std::cout << escaped(c);
    std::cout << "\\n\"";
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    std::cerr << "usage: embed_texts HEADER FUNCTION ROOT FILE…\n";
    return EXIT_FAILURE;
  }
  std::cout << "#include \"" << argv[1]
            << "\"\n\nstatic constexpr plumb::EmbeddedText kTexts[] = {\n";
  for (int i = 4; i < argc; ++i) {
    const std::filesystem::path file(argv[i]);
    std::cout << "  {\"" << file.lexically_relative(argv[3]).generic_string() << "\", \"\"";
    if (!print_text(file)) {
      std::cerr << "embed_texts: no file '" << argv[i] << "'\n";
      return EXIT_FAILURE;
    }
    std::cout << "},\n";
  }
  std::cout << "};\n\nstd::span<const plumb::EmbeddedText> " << argv[2]
            << "() { return kTexts; }\n";
  return EXIT_SUCCESS;
}
