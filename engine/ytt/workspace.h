#pragma once
// The files of a run, and the phases they go through: schema, data values, templates, overlays.

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "starlark/starlark.h"
#include "ytt/node.h"
#include "ytt/template.h"

namespace plumb::ytt {

enum class FileType : std::uint8_t { kData, kYaml, kText, kStarlark };

struct File {
  std::string original_path;  // as given; file marks match it
  std::string path;           // relative; messages name it
  std::string text;
  SourceId source = 0;
  std::optional<FileType> marked_type;
  std::optional<bool> marked_template, marked_for_output;
  std::uint32_t order = 0;  // from one
  Node* parsed = nullptr;   // a YAML file's documents; never changed
  bool from_directory = false;
};
FileType type_of(const File& file);
bool is_library(const File& file);  // *.star, *.lib.*
bool is_template(const File& file);
bool is_for_output(const File& file);

// A directory of files. One called _ytt_lib is private.
struct Directory {
  std::string name;
  bool is_private = false;
  std::vector<std::unique_ptr<Directory>> children;
  std::vector<File*> files;
};
struct PlacedFile {
  File* file = nullptr;
  Directory* directory = nullptr;
  std::string path;  // from the directory where listing began
};
std::unique_ptr<Directory> make_tree(std::span<File* const> files);
// All files that are not private, a directory's before those of its children.
std::vector<PlacedFile> list_files(Directory& directory);
// ytt's words where a file or directory is not there.
PlacedFile find_file(Directory& from, std::string_view path);

struct RunOptions {
  TemplateOptions templates;
  bool strict = false;
  bool skip_validation = false;
};

// What a run has made. Documents of a file, in file order.
struct OutputFile {
  std::string path;
  FileType type = FileType::kYaml;
  std::string text;           // of a text file
  Node* documents = nullptr;  // of a YAML file
};

class Workspace : public Host {
 public:
  Workspace(SourceStore& sources, Arena& arena, const Limits& limits, RunOptions options);
  ~Workspace();
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  // A YAML text that belongs to no directory: a flag's value, a values file.
  Node* read(std::string_view name, std::string_view text);
  Thread& thread() { return thread_; }
  Arena& arena() { return arena_; }
  SourceStore& sources() { return sources_; }

  // The final data values: a document. `more`: documents that come after those of the files.
  Node* values(Directory& root, std::span<Node* const> more);
  // The schema of the files, kept for values().
  void read_schemas(Directory& root);
  std::vector<OutputFile> evaluate(Directory& root, Node* values);

  std::string printed;  // what print() wrote

  // The load() of a file's program.
  starlark::Module* load(std::string_view name, const starlark::Program& from);

 private:
  struct Run;
  struct Evaluated {
    starlark::Module* module = nullptr;
    Node* documents = nullptr;
    std::string text;
  };
  Node* parse(File& file);
  Evaluated evaluate_yaml(File& file, Directory& directory, Directory& root);
  Evaluated evaluate_text(File& file, Directory& directory, Directory& root);
  Evaluated evaluate_starlark(File& file, Directory& directory, Directory& root);
  Evaluated evaluate_file(File& file, Directory& directory, Directory& root);
  Run& start_run(File& file, Directory& directory, Directory& root);
  Evaluated finish_run(Run& run);
  std::vector<PlacedFile> files_with(Directory& root, std::string_view annotation);
  std::vector<Node*> values_documents(const PlacedFile& file, Directory& root,
                                      std::string_view annotation, std::string_view what);
  Node* overlay_document(Node* left, Node* right);
  Node* merged_values(Directory& root, std::span<Node* const> more);
  std::vector<OutputFile> overlay(std::vector<OutputFile> files);
  starlark::Module* module_of(std::string_view name, const Value& value);
  Value module_value(std::string_view name, Run& run);
  Value data_module(Run& run);

  SourceStore& sources_;
  Arena& arena_;
  const Limits& limits_;
  RunOptions options_;
  Thread thread_;
  std::deque<std::unique_ptr<Run>> runs_;
  std::map<std::string, const Template*, std::less<>> templates_;  // by path, the latest
  std::uint32_t next_number_ = 2;
  std::uint32_t load_depth_ = 0;
  const Type* schema_ = nullptr;
  Node* values_ = nullptr;  // of data.values now
};

// Documents that carry an annotation, and the others. Refuses it on anything else.
struct Extracted {
  std::vector<Node*> matched, others;
};
Extracted extract_documents(Node& documents, std::string_view annotation);

}  // namespace plumb::ytt
