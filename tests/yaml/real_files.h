#pragma once
// The YAML of real projects, when it lies next to the checkout (or above it, for a worktree).

#include <algorithm>
#include <cstdio>
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

// What a program prints.
inline std::string output_of(const std::string& command) {
  std::string text;
  std::FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return text;
  char buffer[65536];
  while (const std::size_t got = std::fread(buffer, 1, sizeof buffer, pipe))
    text.append(buffer, got);
  pclose(pipe);
  return text;
}

// Kubernetes' OpenAPI descriptions, packed ones too: 26 MB of JSON.
inline std::vector<RealFile> openapi_files(std::size_t bytes_max) {
  std::vector<RealFile> files;
  const auto add = [&](const std::string& name, std::string text) {
    if (text.size() <= bytes_max) files.push_back({name, std::move(text)});
  };
  const std::filesystem::path root = shared_directory("data/kubernetes-openapi");
  if (root.empty()) return files;
  for (const auto& entry : std::filesystem::directory_iterator(root)) {
    const std::string path = entry.path().string();
    if (path.ends_with(".json")) {
      add(path, read_file(path));
    } else if (path.ends_with(".json.gz")) {
      add(path, output_of("gzip -dc '" + path + "'"));
    } else if (path.ends_with(".tar.gz")) {
      std::istringstream names(output_of("tar -tzf '" + path + "'"));
      for (std::string name; std::getline(names, name);)
        if (name.ends_with(".json"))
          add(name, output_of("tar -xzOf '" + path + "' '" + name + "'"));
    }
  }
  return files;
}

}  // namespace plumb::yaml
