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
#include "ytt/address.h"
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
  bool parsed_strictly = false;
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
// A library below the directory's _ytt_lib.
Directory& find_private_library(Directory& from, std::string_view path);
// ytt's words where a file or directory is not there.
PlacedFile find_file(Directory& from, std::string_view path);

struct RunOptions {
  TemplateOptions templates;
  bool strict = false;
  bool skip_validation = false;
};

// What a run has made. Documents of a file, in file order.
struct OutputFile {
  std::string path;       // below the library's root
  std::string_view name;  // as messages say it
  FileType type = FileType::kYaml;
  std::string text;           // of a text file
  Node* documents = nullptr;  // of a YAML file
};

// The symbols of a library file.
struct Export {
  std::string path;
  starlark::Module* module = nullptr;
};

struct Evaluation {
  std::vector<OutputFile> files;
  std::vector<Export> exports;
};

// One run of a library: the whole input, or a private library that code asked for.
struct Library {
  Directory* root = nullptr;
  RunOptions options;
  const Type* schema = nullptr;
  Node* values = nullptr;  // the document behind data.values; null until they are read
  std::vector<Addressed> values_below = {}, schemas_below = {};        // for libraries in this one
  std::map<std::string, const Template*, std::less<>> templates = {};  // by path, the latest
};

class Workspace : public Host {
 public:
  Workspace(SourceStore& sources, Arena& arena, const Limits& limits);
  ~Workspace();
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  // A YAML text that belongs to no directory: a flag's value, a values file.
  Node* read(std::string_view name, std::string_view text, bool strict = false);
  Thread& thread() { return thread_; }
  Arena& arena() { return arena_; }
  SourceStore& sources() { return sources_; }

  // A run goes: add_library, read_schemas, read_values, evaluate. `more`: documents that come after
  // those of the files.
  Library& add_library(Directory& root, const RunOptions& options);
  void read_schemas(Library& library, std::span<const Addressed> more = {});
  void read_values(Library& library, std::span<const Addressed> more);
  Evaluation evaluate(Library& library);

  std::string printed;  // what print() wrote

  // The load() of a file's program.
  starlark::Module* load(std::string_view name, const starlark::Program& from);

 private:
  struct Run;
  // What a file's code may reach: its directory, the one where absolute paths begin, its library.
  struct Surroundings {
    Directory& directory;
    Directory& root;
    Library& library;
  };
  struct Evaluated {
    starlark::Module* module = nullptr;
    Node* documents = nullptr;
    std::string text;
  };
  Node* parse(File& file, const RunOptions& options);
  Evaluated evaluate_yaml(File& file, const Surroundings& around);
  Evaluated evaluate_text(File& file, const Surroundings& around);
  Evaluated evaluate_starlark(File& file, const Surroundings& around);
  Evaluated evaluate_file(File& file, const Surroundings& around);
  Run& start_run(File& file, const Surroundings& around);
  Evaluated finish_run(Run& run);
  std::vector<PlacedFile> files_with(Library& library, std::string_view annotation);
  std::vector<Node*> values_documents(const PlacedFile& file, Library& library,
                                      std::string_view annotation, std::string_view what);
  std::vector<Node*> own_documents(std::span<const PlacedFile> files, Library& library,
                                   std::string_view annotation, std::string_view what,
                                   std::span<const Addressed> more, std::vector<Addressed>& below);
  Node* overlay_document(Node* left, Node* right);
  Node* merged_values(Library& library, std::span<const Addressed> more);
  std::vector<OutputFile> overlay(std::vector<OutputFile> files);
  starlark::Module* module_of(std::string_view name, const Value& value);
  Value module_value(std::string_view name, Run& run);
  Value data_module(Run& run);

  SourceStore& sources_;
  Arena& arena_;
  const Limits& limits_;
  Thread thread_;
  std::deque<std::unique_ptr<Run>> runs_;
  std::deque<Library> libraries_;
  std::uint32_t next_number_ = 2;
  std::uint32_t load_depth_ = 0;
};

// Documents that carry an annotation, and the others. Refuses it on anything else.
struct Extracted {
  std::vector<Node*> matched, others;
};
Extracted extract_documents(Node& documents, std::string_view annotation);

}  // namespace plumb::ytt
