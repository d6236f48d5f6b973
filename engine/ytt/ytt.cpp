#include "ytt/ytt.h"

#include "base/text.h"
#include "ytt/data_values.h"
#include "ytt/error.h"
#include "ytt/overlay.h"
#include "ytt/read.h"
#include "ytt/workspace.h"

namespace plumb::ytt {
namespace {

File file_of(const InputFile& input, const SourceStore& sources, std::uint32_t order) {
  File file;
  file.path = file.original_path = input.path;
  file.text = sources.text(input.source);
  file.source = input.source;
  file.order = order;
  return file;
}

// Items stand where the text of their values stands.
void place_items(Node* node, const yaml::Node& from, const SourceStore& sources) {
  if (node == nullptr || !node->is_collection()) return;
  for (std::uint32_t i = 0; i < node->items.size(); ++i) {
    const bool map = node->is_map();
    const yaml::Node& value = map ? *from.entries[i].value : *from.items[i];
    const Span span = map ? from.entries[i].key->span : value.span;
    Node& item = *node->items[i];
    item.place = {"", 0, false, span};
    if (span.source != 0)
      item.place = {sources.get(span.source).name, sources.locate(span).line, true, span};
    if (item.value != nullptr) item.value->place.span = value.span;
    place_items(item.value, value, sources);
  }
}

class Renderer {
 public:
  Renderer(const Input& input, Arena& arena, SourceStore& sources, const Limits& limits,
           yaml::Origins* origins)
      : input_(input),
        arena_(arena),
        sources_(sources),
        origins_(origins),
        workspace_(sources, arena, limits) {
    if (origins_ != nullptr && origins_->keeps_chains()) workspace_.reads = &reads_;
  }

  Rendered run() {
    std::vector<File*> files;
    for (const InputFile& each : input_.files) {
      files_.push_back(std::make_unique<File>(
          file_of(each, sources_, static_cast<std::uint32_t>(files_.size() + 1))));
      files.push_back(files_.back().get());
    }
    if (!input_.documents.empty()) files.insert(files.begin(), add_documents());
    const std::unique_ptr<Directory> root = make_tree(files);
    Library& library = workspace_.add_library(*root, {});
    workspace_.read_schemas(library);
    workspace_.read_values(library, value_documents());
    Rendered out;
    for (OutputFile& file : workspace_.evaluate(library).files) {
      if (file.documents == nullptr) {
        out.texts.push_back({std::move(file.path), std::move(file.text)});
        continue;
      }
      for (const Node* const document : file.documents->items)
        if (!document->injected && !is_empty_document(*document))
          out.documents.push_back(finished(document->value));
    }
    out.printed = std::move(workspace_.printed);
    return out;
  }

 private:
  // A file of plain documents that no text stands behind.
  File* add_documents() {
    files_.push_back(std::make_unique<File>());
    File& file = *files_.back();
    file.path = file.original_path = "(resources).yml";
    file.marked_type = FileType::kYaml;
    file.marked_template = false;
    file.source = sources_.add(file.path, "");
    file.parsed = make(arena_, Kind::kDocumentSet);
    for (const yaml::Node* const each : input_.documents) {
      Node* const document = make(arena_, Kind::kDocument);
      document->value = from_yaml(arena_, *each);
      if (document->value != nullptr) document->value->place.span = each->span;
      place_items(document->value, *each, sources_);
      file.parsed->items.push_back(arena_, document);
    }
    return &file;
  }

  std::vector<Addressed> value_documents() {
    std::vector<Node*> out;
    for (const InputFile& each : input_.values_files)
      add_values_file(file_of(each, sources_, 0), each.path, workspace_, out);
    if (input_.values != nullptr && input_.values->is_mapping()) {
      Node* const document = make(arena_, Kind::kDocument);
      document->value = from_yaml(arena_, *input_.values);
      place_items(document->value, *input_.values, sources_);
      annotate_for_plain_merge(workspace_.thread(), *document);
      out.push_back(document);
    }
    for (const auto& [key, text] : input_.settings) {
      Node* const documents = workspace_.read("(data-value)", text);
      Node* const value = documents->items.empty() ? nullptr : documents->items[0]->value;
      out.push_back(make_value_overlay(workspace_, split(key, '.'), value, "(data-value)",
                                       cat(key, "=", text)));
    }
    std::vector<Addressed> addressed;
    for (Node* const document : out) addressed.push_back({document, {}});
    return addressed;
  }

  yaml::Node* finished(const Node* value) {
    yaml::Node* const node = to_yaml(arena_, value);
    if (!reads_.empty()) record(*node, value);
    return node;
  }

  // Chains of the values below that code made from data values.
  void record(yaml::Node& node, const Node* value) {
    if (value == nullptr || !value->is_collection()) return;
    for (std::uint32_t i = 0; i < value->items.size(); ++i) {
      const Node& item = *value->items[i];
      yaml::Node& made = value->is_map() ? *node.entries[i].value : *node.items[i];
      if (item.read != 0) record_read(made, item, *reads_[item.read - 1]);
      record(made, item.value);
    }
  }

  void record_read(yaml::Node& made, const Node& item, const Node& read) {
    yaml::Node* const source = to_yaml(arena_, read.value);
    const Span span = read.value != nullptr && read.value->place.span.length > 0
                          ? read.value->place.span
                          : read.place.span;
    origins_->record(*source, nullptr, span,
                     origins_->layer(yaml::LayerKind::kDataValue, read.place.file));
    const Span place = made.span.length > 0 ? made.span : item.place.span;
    origins_->record(made, source, place,
                     origins_->layer(yaml::LayerKind::kTemplate, item.place.file));
  }

  const Input& input_;
  Arena& arena_;
  SourceStore& sources_;
  yaml::Origins* origins_;
  std::vector<const Node*> reads_;
  std::vector<std::unique_ptr<File>> files_;
  Workspace workspace_;
};

}  // namespace

Rendered render(const Input& input, Arena& arena, SourceStore& sources, const Limits& limits,
                yaml::Origins* origins) {
  try {
    return Renderer(input, arena, sources, limits, origins).run();
  } catch (Error& error) {
    Diagnostic diagnostic = error.diagnostic();
    std::string summary = summary_of(diagnostic);
    if (const std::size_t end = summary.find('\n'); end != std::string::npos) {
      diagnostic.notes.push_back({summary.substr(end + 1)});
      summary.resize(end);
    }
    diagnostic.text = std::move(summary);
    throw Error(std::move(diagnostic));
  }
}

}  // namespace plumb::ytt
