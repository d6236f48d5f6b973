#include "ytt/door.h"

#include <algorithm>
#include <array>
#include <climits>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <sys/stat.h>

#include "base/regex.h"
#include "base/text.h"
#include "files/tree.h"
#include "yaml/emit.h"
#include "yaml/json.h"
#include "ytt/data_values.h"
#include "ytt/error.h"
#include "ytt/flags.h"
#include "ytt/format.h"
#include "ytt/help.h"
#include "ytt/overlay.h"
#include "ytt/read.h"
#include "ytt/schema.h"
#include "ytt/workspace.h"

namespace plumb::ytt {
namespace {

// ---- failures as ytt prints them ----

// A stretch of a message: text, or what stands in brackets.
struct Piece {
  char open = 0;
  bool closed = false;
  std::string text;  // of text pieces
  std::vector<Piece> pieces;
};

std::string print_piece(const Piece& piece, bool top) {
  if (piece.open == 0 && !top) return piece.text;
  std::string out = piece.open == 0 || piece.open == '.' ? "" : std::string(1, piece.open);
  for (const Piece& each : piece.pieces) out += print_piece(each, false);
  if (piece.closed && piece.open != '.')
    out.push_back(piece.open == '(' ? ')' : piece.open == '[' ? ']' : '}');
  return out;
}

void add_text(Piece& piece, std::string_view text) {
  if (piece.pieces.empty() || piece.pieces.back().open != 0) piece.pieces.emplace_back();
  piece.pieces.back().text += text;
}

// Brackets nest; a closing one without an opening one ends the line there.
Piece parse_pieces(std::string_view line) {
  Piece root;
  std::vector<Piece> open(1);
  const auto close = [&] {
    Piece done = std::move(open.back());
    open.pop_back();
    done.closed = true;
    if (open.empty()) {
      root = std::move(done);
      root.closed = false;
      return false;
    }
    open.back().pieces.push_back(std::move(done));
    return true;
  };
  for (std::size_t at = 0; at < line.size(); ++at) {
    const char c = line[at];
    const bool raw = open.back().open == '.';
    if (!raw && (c == '(' || c == '[' || c == '{')) {
      open.push_back({c, false, {}, {}});
    } else if (!raw && (c == ')' || c == ']' || c == '}')) {
      if (!close()) return root;
    } else if (line.substr(at).starts_with("...|")) {
      open.push_back({'.', false, {}, {}});
      add_text(open.back(), line.substr(at, 1));
    } else if (line.substr(0, at + 1).ends_with("|...")) {
      add_text(open.back(), line.substr(at, 1));
      if (!close()) return root;
    } else {
      add_text(open.back(), line.substr(at, 1));
    }
  }
  while (open.size() > 1) {
    Piece last = std::move(open.back());
    open.pop_back();
    open.back().pieces.push_back(std::move(last));
  }
  return std::move(open.front());
}

std::string break_at_causes(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool cause = text.substr(at).starts_with(": ") && at + 2 < text.size() &&
                       text[at + 2] >= 'A' && text[at + 2] <= 'Z';
    out.push_back(text[at]);
    if (!cause) continue;
    out.push_back('\n');
    ++at;
  }
  return out;
}

std::string format_failure(std::string_view text) {
  const std::size_t end = text.find('\n');
  Piece root = parse_pieces(text.substr(0, end));
  for (Piece& piece : root.pieces)
    if (piece.open == 0) piece.text = break_at_causes(piece.text);
  std::string out;
  std::size_t level = 0;
  const std::string first = print_piece(root, true);
  for (const std::string_view line : split(first, '\n')) {
    if (level > 0) out.push_back('\n');
    out.append(level++ * 2, ' ').append(line);
  }
  return end == std::string_view::npos ? out : out.append(text.substr(end));
}

// ---- files ----

std::string absolute(const DoorWorld& world, std::string_view path) {
  const std::string joined =
      path.starts_with('/') ? std::string(path) : cat(world.working_directory, "/", path);
  return std::filesystem::path(joined).lexically_normal().string();
}

class FileCollector {
 public:
  FileCollector(const Flags& flags, DoorWorld& world, const Limits& limits)
      : flags_(flags), world_(world), limits_(limits) {}

  // The files of one path, sorted.
  std::vector<File> collect(std::string_view argument) {
    files_.clear();
    std::string_view path = argument, name;
    const std::size_t equals = argument.find('=');
    if (equals != std::string_view::npos) {
      if (argument.find('=', equals + 1) != std::string_view::npos)
        refuse("ytt/files", cat("Expected file '", argument,
                                "' to only have single '=' sign to for relative path assignment"));
      name = argument.substr(0, equals);
      path = argument.substr(equals + 1);
    }
    if (path == "-") {
      add("stdin.yml", read_stdin(), name, false);
    } else if (path.starts_with("http://") || path.starts_with("https://")) {
      refuse_unsupported("files from http");
    } else {
      add_path(path, name);
    }
    std::sort(files_.begin(), files_.end(),
              [](const File& a, const File& b) { return a.path < b.path; });
    return std::move(files_);
  }

 private:
  std::string read_stdin() {
    if (std::exchange(stdin_read_, true))
      refuse("ytt/files",
             "Standard input has already been read, has the '-' argument been used "
             "in more than one flag?");
    return world_.read_stdin ? world_.read_stdin() : "";
  }

  void add(std::string original, std::string text, std::string_view name, bool from_directory) {
    File file;
    file.path = name.empty() ? original : std::string(name);
    file.original_path = std::move(original);
    file.text = std::move(text);
    file.from_directory = from_directory;
    files_.push_back(std::move(file));
  }

  void add_path(std::string_view path, std::string_view name) {
    std::string full = absolute(world_, path);
    while (full.size() > 1 && full.back() == '/') full.pop_back();
    const std::size_t slash = full.rfind('/');
    const std::string base = full.substr(slash + 1);
    if (base.empty()) refuse_unsupported("the root directory as input");
    const auto parent = files::open_disk(full.substr(0, std::max<std::size_t>(slash, 1)));
    const files::Path place = files::Path().child(base);
    const auto kind = parent->kind_of(place);
    if (!kind)
      refuse("ytt/files",
             cat("Checking file '", path, "': lstat ", path, ": no such file or directory"));
    if (*kind == files::EntryKind::kDirectory) {
      const auto tree = files::open_disk(full);
      walk(*tree, files::Path(), path, full, 0);
    } else {
      add(base, read(*parent, place, *kind, path, full), name, false);
    }
  }

  void walk(const files::Tree& tree, const files::Path& directory, std::string_view shown,
            const std::string& full, std::uint64_t depth) {
    if (depth > limits_.include_depth) fail_limit(limits_, &Limits::include_depth, {});
    const auto entries = tree.list_directory(directory);
    if (!entries) return;
    for (const files::Entry& entry : *entries) {
      const files::Path place = directory.child(entry.name);
      if (entry.kind == files::EntryKind::kDirectory) {
        walk(tree, place, shown, full, depth + 1);
        continue;
      }
      const std::string path = cat(shown, shown.ends_with('/') ? "" : "/", place.text());
      std::string text = explaining(cat("Listing files '", shown, "': "), [&] {
        return read(tree, place, entry.kind, path, cat(full, "/", place.text()));
      });
      add(place.text(), std::move(text), "", true);
    }
  }

  std::string read(const files::Tree& tree, const files::Path& place, files::EntryKind kind,
                   std::string_view shown, const std::string& full) {
    if (kind == files::EntryKind::kOther)
      refuse("ytt/files", cat("Expected file '", shown, "' to be a regular file, but was not"));
    if (kind == files::EntryKind::kLink) return read_link(shown, full);
    return tree.read_file(place, limits_).value_or("");
  }

  bool allowed(const std::string& target) const {
    if (flags_.allow_all_links) return true;
    return std::any_of(
        flags_.allowed_links.begin(), flags_.allowed_links.end(), [&](const std::string& each) {
          const std::string directory = absolute(world_, each);
          return target == directory || target.starts_with(directory + "/") || directory == "/";
        });
  }

  std::string read_link(std::string_view shown, const std::string& full) const {
    char buffer[PATH_MAX];
    const char* const target = realpath(full.c_str(), buffer);
    if (target == nullptr)
      refuse("ytt/files", cat("Checking symlink file '", shown, "': Eval symlink: lstat ", shown,
                              ": no such file or directory"));
    if (!allowed(target)) {
      const std::string relative =
          std::filesystem::path(target).lexically_relative(world_.working_directory).string();
      const std::string described =
          shown.starts_with('/') || relative.starts_with("..") ? std::string(target) : relative;
      refuse("ytt/files",
             cat("Checking symlink file '", shown, "': Expected symlink file '", shown, "' -> '",
                 described,
                 "' to be allowed, but was not (hint: symlinks are disallowed as a security "
                 "feature, use '--allow-symlink-destination' flags to override)"));
    }
    const std::string path(target);
    const std::size_t slash = path.rfind('/');
    const auto parent = files::open_disk(path.substr(0, std::max<std::size_t>(slash, 1)));
    return parent->read_file(files::Path().child(path.substr(slash + 1)), limits_).value_or("");
  }

  const Flags& flags_;
  DoorWorld& world_;
  const Limits& limits_;
  std::vector<File> files_;
  bool stdin_read_ = false;
};

// ---- file marks ----

[[noreturn]] void unknown_mark_value(std::string_view mark) {
  refuse("ytt/option", cat("Unknown value in file mark '", mark, "'"));
}

// "**/*" is anything, "*" anything within one name; each once.
bool mark_matches(std::string_view pattern, const std::string& path) {
  std::string regex;
  bool deep = false, shallow = false;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    if (!deep && pattern.substr(at).starts_with("**/*")) {
      regex += ".+";
      deep = true;
      at += 3;
    } else if (!shallow && pattern[at] == '*') {
      regex += "[^/]+";
      shallow = true;
    } else {
      if (std::string_view(R"(\.+*?()|[]{}^$)").find(pattern[at]) != std::string_view::npos)
        regex.push_back('\\');
      regex.push_back(pattern[at]);
    }
  }
  return Regex(regex).matches_whole(path);
}

void mark_type(File& file, std::string_view value, std::string_view mark) {
  struct Row {
    std::string_view name;
    FileType type;
    bool is_template;
  };
  constexpr std::array kTypes = std::to_array<Row>({{"yaml-template", FileType::kYaml, true},
                                                    {"yaml-plain", FileType::kYaml, false},
                                                    {"text-template", FileType::kText, true},
                                                    {"text-plain", FileType::kText, false},
                                                    {"starlark", FileType::kStarlark, false},
                                                    {"data", FileType::kData, false}});
  for (const Row& row : kTypes) {
    if (row.name != value) continue;
    file.marked_type = row.type;
    file.marked_template = row.is_template;
    return;
  }
  unknown_mark_value(mark);
}

void apply_mark(File& file, std::string_view key, std::string_view value, std::string_view mark,
                std::vector<File*>& exclusive, std::vector<File*>& excluded) {
  const auto only_true = [&] {
    if (value != "true") unknown_mark_value(mark);
  };
  if (key == "path") {
    file.path = value;
  } else if (key == "exclude") {
    only_true();
    excluded.push_back(&file);
  } else if (key == "type") {
    mark_type(file, value, mark);
  } else if (key == "for-output") {
    only_true();
    file.marked_for_output = true;
  } else if (key == "exclusive-for-output") {
    only_true();
    exclusive.push_back(&file);
  } else {
    refuse("ytt/option", cat("Unknown key in file mark '", mark, "'"));
  }
}

std::vector<File*> apply_marks(std::span<const std::string> marks, std::vector<File*> files) {
  std::vector<File*> exclusive;
  for (const std::string& mark : marks) {
    const std::size_t colon = mark.find(':');
    if (colon == std::string::npos)
      refuse("ytt/option", cat("Expected file mark '", mark, "' to be in format path:key=value"));
    const std::string_view setting = std::string_view(mark).substr(colon + 1);
    const std::size_t equals = setting.find('=');
    if (equals == std::string_view::npos)
      refuse("ytt/option",
             cat("Expected file mark '", mark, "' key-value portion to be in format key=value"));
    std::vector<File*> excluded;
    bool matched = false;
    for (File* const file : files) {
      if (!mark_matches(std::string_view(mark).substr(0, colon), file->original_path)) continue;
      matched = true;
      apply_mark(*file, setting.substr(0, equals), setting.substr(equals + 1), mark, exclusive,
                 excluded);
    }
    if (!matched)
      refuse("ytt/option", cat("Expected file mark '", mark,
                               "' to match at least one file by path, but did not"));
    std::erase_if(files, [&](File* file) {
      return std::find(excluded.begin(), excluded.end(), file) != excluded.end();
    });
  }
  if (exclusive.empty()) return files;
  for (File* const file : files) file->marked_for_output = false;
  for (File* const file : exclusive) file->marked_for_output = true;
  return files;
}

// ---- output ----

std::string_view output_type(const Flags& flags, std::span<const std::string_view> wanted,
                             std::string_view otherwise) {
  constexpr std::array<std::string_view, 4> kTypes{"yaml", "json", "pos", "openapi-v3"};
  for (const std::string& each : flags.outputs)
    if (std::find(kTypes.begin(), kTypes.end(), each) == kTypes.end())
      refuse("ytt/option", cat("Unknown output type '", each, "'"));
  for (const std::string& each : flags.outputs)
    if (std::find(wanted.begin(), wanted.end(), each) != wanted.end()) return each;
  return otherwise;
}

std::string print_json(Arena& arena, std::span<Node* const> documents) {
  std::string out;
  for (const Node* const document : documents)
    if (!document->injected && !is_empty_document(*document)) {
      try {
        out += yaml::emit_json(*to_yaml(arena, document->value));
      } catch (const Error& error) {
        // ytt leaves out documents that have no JSON: .nan and .inf.
        if (error.diagnostic().code != "yaml/json-number") throw;
      }
    }
  return out;
}

// Every line with the place it comes from.
class PlacePrinter {
 public:
  explicit PlacePrinter(Arena& arena) : arena_(arena) {}

  std::string run(std::span<Node* const> documents) {
    for (const Node* const document : documents) {
      if (document->injected || is_empty_document(*document)) continue;
      line(document->place, "[doc]");
      value(document->value, "  ");
    }
    return std::move(out_);
  }

 private:
  void pad(std::string_view text) {
    if (text.size() > width_) width_ = text.size() + 10;
    out_.append(width_ - text.size(), ' ').append(text).append(" | ");
  }
  void line(const Place& place, std::string_view text) {
    if (place.known) pad(compact(place));
    out_.append(text).push_back('\n');
  }

  std::string leaf(const Node* node) const {
    std::string text = print_value(arena_, node);
    if (!text.empty()) text.pop_back();
    return text;
  }

  void items(const Node& node, const std::string& indent) {
    std::size_t number = 0;
    for (const Node* const item : node.items) {
      const bool map = node.is_map();
      const std::string head = map ? key_text(item->key) : cat("[", number++, "]");
      const bool deep = item->value != nullptr && item->value->is_collection();
      const std::string text = deep ? "" : leaf(item->value);
      if (deep || contains(text, "\n")) {
        line(item->place, cat(indent, head, map ? ":" : ""));
        value(item->value, indent + "  ");
      } else {
        line(item->place, cat(indent, head, map ? ": " : " ", text));
      }
    }
  }

  void value(const Node* node, const std::string& indent) {
    if (node != nullptr && node->is_collection()) return items(*node, indent);
    pad("");
    out_ += cat(indent, leaf(node), "\n");
  }

  Arena& arena_;
  std::string out_;
  std::size_t width_ = 0;
};

struct Output {
  std::vector<OutputFile> files;
  std::vector<Node*> documents;
};

std::string text_of_file(Arena& arena, const OutputFile& file) {
  if (file.documents == nullptr) return file.text;
  return print_documents(arena, {file.documents->items.begin(), file.documents->items.size()});
}

void write_files(const std::string& shown_directory, std::span<const OutputFile> files,
                 Arena& arena, DoorWorld& world) {
  namespace fs = std::filesystem;
  const fs::path directory = absolute(world, shown_directory);
  const auto make_directory = [](const fs::path& path) {
    fs::path now;
    for (const fs::path& part : path) {
      now /= part;
      mkdir(now.c_str(), 0700);
    }
  };
  make_directory(directory);
  for (const OutputFile& file : files) {
    const fs::path shown = (fs::path(shown_directory) / file.path).lexically_normal();
    world.out += cat("creating: ", shown.string(), "\n");
    const fs::path target = (directory / file.path).lexically_normal();
    make_directory(target.parent_path());
    std::ofstream stream(target, std::ios::binary | std::ios::trunc);
    stream << text_of_file(arena, file);
    if (!stream.flush())
      refuse("ytt/files", cat("open ", shown.string(), ": no such file or directory"));
    chmod(target.c_str(), 0700);
  }
}

void check_emptied_directory(const Flags& flags, std::span<const OutputFile> files) {
  const std::string& directory = flags.emptied_output_directory;
  std::vector<std::string_view> seen;
  for (const OutputFile& file : files) {
    if (std::find(seen.begin(), seen.end(), file.path) != seen.end())
      refuse("ytt/files", cat("Multiple files have same output destination paths: ", file.path));
    seen.push_back(file.path);
  }
  if (directory == "/" || directory == "." || directory == "./" || directory.empty())
    refuse("ytt/files", "Expected output directory path to not be one of '/', '.', './', ''");
}

void print_output(const Flags& flags, const Output& output, Arena& arena, DoorWorld& world) {
  if (!flags.emptied_output_directory.empty()) {
    check_emptied_directory(flags, output.files);
    std::filesystem::remove_all(absolute(world, flags.emptied_output_directory));
    return write_files(flags.emptied_output_directory, output.files, arena, world);
  }
  if (!flags.output_files.empty())
    return write_files(flags.output_files, output.files, arena, world);
  constexpr std::array<std::string_view, 3> kFormats{"yaml", "json", "pos"};
  const std::string_view format = output_type(flags, kFormats, "yaml");
  world.out += format == "json"  ? print_json(arena, output.documents)
               : format == "pos" ? PlacePrinter(arena).run(output.documents)
                                 : print_documents(arena, output.documents);
  const bool has_text = std::any_of(output.files.begin(), output.files.end(),
                                    [](const OutputFile& f) { return f.documents == nullptr; });
  if (has_text)
    world.err +=
        "\nWarning: Found Non-YAML templates in input. Non-YAML templates are not rendered to "
        "standard output.\nIf you want to include those results, use the --output-files or "
        "--dangerous-emptied-output-directory flag.\n";
}

// ---- bulk ----

std::string json_text(Arena& arena, std::string_view text) {
  return yaml::emit_json(*yaml::make_string(arena, text));
}

std::string print_bulk(const Output& output, std::string_view errors, Arena& arena) {
  std::string out = "{";
  bool first = true;
  for (const OutputFile& file : output.files) {
    out += std::exchange(first, false) ? "\"files\":[" : ",";
    out += cat("{\"name\":", json_text(arena, file.path),
               ",\"data\":", json_text(arena, text_of_file(arena, file)), "}");
  }
  if (!first) out += "]";
  if (!errors.empty()) out += cat(first ? "" : ",", "\"errors\":", json_text(arena, errors));
  return out + "}";
}

std::string_view json_type(const yaml::Node& node) {
  if (node.is_mapping()) return "object";
  if (node.is_sequence()) return "array";
  if (node.type == yaml::Type::kBoolean) return "bool";
  return node.type == yaml::Type::kString ? "string" : "number";
}

[[noreturn]] void refuse_json(const yaml::Node& node, std::string_view into) {
  refuse("ytt/option", cat("json: cannot unmarshal ", json_type(node), " into Go ", into));
}

// Null where there is nothing to take.
const yaml::Node* present(const yaml::Node* node) {
  return node == nullptr || node->type == yaml::Type::kNull ? nullptr : node;
}

std::string bulk_text(const yaml::Node& file, std::string_view field) {
  const yaml::Node* const text = present(yaml::find(file, field));
  if (text == nullptr) return {};
  if (!text->is_scalar() || text->type != yaml::Type::kString)
    refuse_json(*text, cat("struct field BulkFile.files.", field, " of type string"));
  return std::string(text->text);
}

// Go's words for a text that is no JSON, as far as they follow from where it stops to be one.
const yaml::Node* read_bulk(std::string_view text, Arena& arena, const Limits& limits) {
  try {
    return yaml::read_json(text, {}, arena, limits);
  } catch (Error& error) {
    Diagnostic& diagnostic = error.diagnostic();
    const std::size_t behind = diagnostic.text.rfind(' ');
    const auto position = to_integer(std::string_view(diagnostic.text).substr(behind + 1));
    if (diagnostic.code != "yaml/json" || !position) throw;
    const auto at = static_cast<std::size_t>(*position) - 1;
    if (at >= text.size()) {
      diagnostic.text = "unexpected end of JSON input";
    } else if (trim(text.substr(0, at)).empty()) {
      diagnostic.text =
          cat("invalid character '", text.substr(at, 1), "' looking for beginning of value");
    }
    throw;
  }
}

std::vector<File> bulk_files(std::string_view text, Arena& arena, const Limits& limits) {
  std::vector<File> files;
  const yaml::Node* const root = present(read_bulk(text, arena, limits));
  if (root == nullptr) return files;
  if (!root->is_mapping()) refuse_json(*root, "value of type template.BulkFiles");
  const yaml::Node* const list = present(yaml::find(*root, "files"));
  if (list == nullptr) return files;
  if (!list->is_sequence())
    refuse_json(*list, "struct field BulkFiles.files of type []template.BulkFile");
  for (const yaml::Node* const each : list->items) {
    if (!each->is_mapping())
      refuse_json(*each, "struct field BulkFiles.files of type template.BulkFile");
    File file;
    file.path = file.original_path = bulk_text(*each, "name");
    file.text = bulk_text(*each, "data");
    files.push_back(std::move(file));
  }
  return files;
}

// ---- the command ----

class Command {
 public:
  Command(const Flags& flags, DoorWorld& world, SourceStore& sources, const Limits& limits)
      : flags_(flags),
        world_(world),
        limits_(limits),
        collector_(flags, world, limits),
        workspace_(sources, arena_, limits) {}

  int run() {
    if (!flags_.bulk_in.empty()) keep(bulk_files(flags_.bulk_in, arena_, limits_));
    const Output output = flags_.bulk_out ? run_bulk() : run_phases();
    world_.err += workspace_.printed;
    if (!flags_.bulk_out) print_output(flags_, output, arena_, world_);
    return 0;
  }
  const std::string& printed() const { return workspace_.printed; }

 private:
  static RunOptions options_of(const Flags& flags) {
    return {
        {flags.ignore_unknown_comments, flags.key_overrides}, flags.strict, flags.skip_validation};
  }

  Output run_bulk() {
    Output output;
    std::string errors;
    try {
      output = run_phases();
    } catch (const Error& error) {
      errors = error.diagnostic().text;
    }
    world_.out += print_bulk(output, errors, arena_);
    return output;
  }

  void keep(std::vector<File> files) {
    for (File& file : files) {
      file.order = static_cast<std::uint32_t>(files_.size() + 1);
      files_.push_back(std::make_unique<File>(std::move(file)));
    }
  }

  std::vector<File*> collect_files() {
    if (flags_.bulk_in.empty())
      for (const std::string& each : flags_.files) keep(collector_.collect(each));
    std::vector<File*> files;
    for (const auto& file : files_) files.push_back(file.get());
    return files;
  }

  Output run_phases() {
    if (flags_.debug) refuse_unsupported("--debug");
    const std::vector<File*> files = apply_marks(flags_.file_marks, collect_files());
    const std::unique_ptr<Directory> root = make_tree(files);
    if (flags_.inspect_files) return inspect_files(*root);
    const std::vector<Addressed> more = flag_values();
    Library& library = workspace_.add_library(*root, options_of(flags_));
    workspace_.read_schemas(library);
    constexpr std::array<std::string_view, 1> kSchemas{"openapi-v3"};
    const bool openapi = !output_type(flags_, kSchemas, "").empty();
    if (flags_.inspect_schema && !openapi)
      refuse("ytt/option",
             "Data values schema export only supported in OpenAPI v3 format; specify format with "
             "--output=openapi-v3 flag");
    if (flags_.inspect_schema) return {{}, {make_openapi(arena_, library.schema)}};
    if (openapi)
      refuse("ytt/option",
             "Output type currently only supported for data values schema (i.e. include "
             "--data-values-schema-inspect)");
    workspace_.read_values(library, more);
    if (flags_.inspect_values) return {{}, {library.values}};
    Output output;
    output.files = workspace_.evaluate(library).files;
    for (const OutputFile& file : output.files)
      if (file.documents != nullptr)
        output.documents.insert(output.documents.end(), file.documents->items.begin(),
                                file.documents->items.end());
    return output;
  }

  std::vector<Addressed> flag_values() {
    ValueFlags values{flags_.values_files, flags_.env,         flags_.env_yaml, flags_.values,
                      flags_.yaml_values,  flags_.file_values, flags_.strict};
    return read_value_flags(
        values, workspace_, [this](std::string_view path) { return collector_.collect(path); },
        world_.environment ? world_.environment() : std::vector<std::string>{});
  }

  Output inspect_files(Directory& root) {
    std::vector<PlacedFile> files = list_files(root);
    std::stable_sort(files.begin(), files.end(), [](const PlacedFile& a, const PlacedFile& b) {
      return a.file->order < b.file->order;
    });
    Node* const list = make(arena_, Kind::kArray);
    for (const PlacedFile& each : files)
      list->items.push_back(arena_,
                            make_array_item(arena_, make_text(arena_, each.file->path), {}));
    Node* const document = make(arena_, Kind::kDocument);
    document->value = list;
    return {{}, {document}};
  }

  const Flags& flags_;
  DoorWorld& world_;
  const Limits& limits_;
  Arena arena_;
  FileCollector collector_;
  std::vector<std::unique_ptr<File>> files_;
  Workspace workspace_;
};

int run_template_command(const Flags& flags, DoorWorld& world, SourceStore& sources,
                         const Limits& limits) {
  Command command(flags, world, sources, limits);
  try {
    return command.run();
  } catch (const Error&) {
    world.err += command.printed();
    throw;
  }
}

constexpr std::string_view kVersionLine = "ytt version 0.48.0\n";

// Each file by itself; files that are not YAML are passed over.
int run_format_command(const Flags& flags, DoorWorld& world, SourceStore& sources,
                       const Limits& limits) {
  if (flags.debug) refuse_unsupported("--debug");
  FileCollector collector(flags, world, limits);
  std::vector<File> files;
  for (const std::string& each : flags.files)
    for (File& file : collector.collect(each)) files.push_back(std::move(file));
  for (const File& file : files) {
    if (type_of(file) != FileType::kYaml) continue;
    Arena arena;
    const SourceId id = sources.add(file.path, file.text);
    const Node* const documents =
        read_documents(sources, id, arena.copy(file.path), {true, flags.strict}, arena, limits);
    world.out += format_documents(arena, *documents);
  }
  return 0;
}

// `ytt help fmt`, `ytt help t`.
std::string_view topic_of(const Flags& flags) {
  const std::string_view word = flags.arguments.empty() ? std::string_view() : flags.arguments[0];
  return word == "t" || word == "tpl" ? "template" : word;
}

int run_command(const Flags& flags, DoorWorld& world, SourceStore& sources, const Limits& limits) {
  const std::string& command = flags.command;
  if (flags.help || command == "help") {
    world.out += help_text(flags.help ? std::string_view(command) : topic_of(flags));
    return 0;
  }
  if (flags.version) {
    world.out += kVersionLine;
    return 0;
  }
  if (command == "completion" || command == "website")
    refuse_unsupported(cat("the command ", command));
  if (!flags.arguments.empty())
    refuse("ytt/option", cat("command 'ytt", command.empty() ? "" : " ", command,
                             "' does not accept extra arguments '", flags.arguments[0], "'"));
  if (command == "version") {
    world.out += kVersionLine;
    return 0;
  }
  if (command == "fmt") return run_format_command(flags, world, sources, limits);
  return run_template_command(flags, world, sources, limits);
}

}  // namespace

int run_door(std::span<const std::string> words, DoorWorld& world, SourceStore& sources,
             const Limits& limits) {
  try {
    return run_command(read_flags(words), world, sources, limits);
  } catch (const Error& error) {
    world.err += cat("ytt: Error: ", format_failure(error.diagnostic().text), "\n");
    return 1;
  }
}

}  // namespace plumb::ytt
