// compile_builtin ROOT FILE… > builtin_data.cpp
//
// Runs while plumb is built: puts the texts of templates/ and overlays/ into the program, by their
// paths below the two: ROOT/templates/devpi/values.yaml is devpi/values.yaml.

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

// "templates/devpi/values.yaml" without its first part.
std::string path_below(const std::filesystem::path& file, const std::filesystem::path& root) {
  const std::string path = file.lexically_relative(root).generic_string();
  return path.substr(path.find('/') + 1);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "usage: compile_builtin ROOT FILE…\n";
    return EXIT_FAILURE;
  }
  std::cout
      << "#include \"render/builtin_data.h\"\n\n#include <array>\n\nnamespace plumb::render {\n"
      << "namespace {\nconstexpr std::array<BuiltinText, " << argc - 2 << "> kTexts{{\n";
  for (int i = 2; i < argc; ++i) {
    std::ifstream in(argv[i], std::ios::binary);
    if (!in) {
      std::cerr << "compile_builtin: no file '" << argv[i] << "'\n";
      return EXIT_FAILURE;
    }
    std::cout << "  {\"" << path_below(argv[i], argv[1]) << "\", \"\"";
    for (std::string line; std::getline(in, line);) {
      std::cout << "\n    \"";
      for (const char c : line) std::cout << escaped(c);
      std::cout << "\\n\"";
    }
    std::cout << "},\n";
  }
  std::cout << "}};\n}  // namespace\n\nstd::span<const BuiltinText> builtin_texts() { return "
               "kTexts; }\n\n"
               "}  // namespace plumb::render\n";
  return EXIT_SUCCESS;
}
