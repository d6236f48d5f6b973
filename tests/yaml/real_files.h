#pragma once
// The YAML of real projects, when it lies next to the checkout (or above it, for a worktree).

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace plumb::yaml {

struct RealFile {
  std::string name;
  std::string text;
};

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

inline std::filesystem::path shared_directory(const std::string& below) {
  for (const char* const up : {"/../../shared/", "/../../../shared/"}) {
    const std::filesystem::path path = std::string(PLUMB_TESTS_DIR) + up + below;
    if (std::filesystem::is_directory(path)) return path;
  }
  return {};
}

// The largest ones only where they are asked for: sanitizers take their time.
inline std::vector<RealFile> real_files(std::size_t bytes_max) {
  std::vector<RealFile> files;
  const std::filesystem::path root = shared_directory("data/real");
  if (root.empty()) return files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    const auto extension = entry.path().extension();
    const bool wanted = extension == ".yaml" || extension == ".yml" || extension == ".json";
    if (!entry.is_regular_file() || !wanted || entry.file_size() > bytes_max) continue;
    files.push_back({entry.path().lexically_relative(root).string(), read_file(entry.path())});
  }
  std::sort(files.begin(), files.end(),
            [](const RealFile& a, const RealFile& b) { return a.name < b.name; });
  return files;
}

}  // namespace plumb::yaml
