// compile_shipped FILE… > shipped.cpp
//
// Runs while plumb is built: puts the texts of plumb's own schemas into the program.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
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

}  // namespace

int main(int argc, char** argv) {
  std::cout << "#include <array>\n\n#include \"schema/shipped.h\"\n\nnamespace plumb::schema {\n"
            << "namespace {\nconstexpr std::array<ShippedText, " << argc - 1 << "> kTexts{{\n";
  for (int i = 1; i < argc; ++i) {
    std::ifstream in(argv[i], std::ios::binary);
    if (!in) {
      std::cerr << "compile_shipped: no file '" << argv[i] << "'\n";
      return EXIT_FAILURE;
    }
    std::cout << "  {\"" << std::filesystem::path(argv[i]).stem().string() << "\", \"\"";
    for (std::string line; std::getline(in, line);) {
      std::cout << "\n    \"";
      for (const char c : line) std::cout << escaped(c);
      std::cout << "\\n\"";
    }
    std::cout << "},\n";
  }
  std::cout << "}};\n}  // namespace\n\nstd::span<const ShippedText> shipped_texts() { return "
               "kTexts; }\n\n}  // namespace plumb::schema\n";
  return EXIT_SUCCESS;
}
