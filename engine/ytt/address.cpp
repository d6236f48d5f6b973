#include "ytt/address.h"

#include <string>

#include "base/text.h"
#include "ytt/error.h"

namespace plumb::ytt {
namespace {

LibraryPiece parse_piece(std::string_view text) {
  const std::vector<std::string_view> parts = split(text, '~');
  if (parts.size() > 2)
    refuse("ytt/data-values", cat("Expected library ref to have form: '@path', '@~alias', or "
                                  "'@path~alias', got: '@",
                                  text, "'"));
  if (parts.size() == 1) return {parts[0], {}};
  if (parts[1].empty()) refuse("ytt/data-values", "Expected library alias to not be empty");
  return {parts[0], parts[1]};
}

bool matches(const LibraryPiece& piece, std::string_view path, std::string_view alias) {
  if (piece.path.empty() && piece.alias.empty()) return false;
  return (piece.path.empty() || piece.path == path) &&
         (piece.alias.empty() || piece.alias == alias);
}

std::string_view written_ref(const Annotation& annotation) {
  if (annotation.positional.size() != 1)
    refuse("ytt/data-values", cat("Expected library/ref annotation to have one arg, got ",
                                  annotation.positional.size()));
  return to_text_argument(annotation.positional[0]);
}

bool comes_after(const Annotation& values, bool has_ref) {
  bool out = false;
  for (const starlark::NamedArgument& argument : values.named) {
    if (argument.name != "after_library_module")
      refuse("ytt/data-values",
             cat("Unknown kwarg ", argument.name, " for annotation data/values"));
    out = to_bool_argument(argument.value);
    if (!has_ref)
      refuse("ytt/data-values",
             "Annotation data/values: Expected kwarg 'after_library_module' to be used with "
             "library/ref annotation");
  }
  return out;
}

void describe_unused(std::span<const Addressed> documents, std::string_view kind,
                     std::vector<std::string>& out) {
  for (const Addressed& each : documents)
    if (!each.used)
      out.push_back(
          cat(kind, " belonging to library '", each.text, "' on ", describe(each.document->place)));
}

}  // namespace

std::vector<LibraryPiece> parse_library_ref(std::string_view text) {
  if (text.empty()) refuse("ytt/data-values", "Expected library ref to not be empty");
  if (text[0] != '@') refuse("ytt/data-values", "Expected library ref to start with '@'");
  std::vector<LibraryPiece> out;
  for (const std::string_view piece : split(text.substr(1), '@')) out.push_back(parse_piece(piece));
  return out;
}

Addressed address_of(Node& document) {
  Addressed out{&document, {}};
  const Annotation* const ref = find_annotation(document, "library/ref");
  if (ref != nullptr) {
    out.text = written_ref(*ref);
    out.pieces =
        explaining("Annotation library/ref: ", [&] { return parse_library_ref(out.text); });
  }
  if (const Annotation* const values = find_annotation(document, "data/values"))
    out.after_library_module = comes_after(*values, ref != nullptr);
  return out;
}

std::vector<Addressed> take_addressed(std::vector<Addressed>& documents, std::string_view path,
                                      std::string_view alias) {
  std::vector<Addressed> out;
  for (Addressed& each : documents) {
    if (!matches(each.pieces[0], path, alias)) continue;
    each.used = true;
    Addressed& taken = out.emplace_back(each);
    taken.pieces.erase(taken.pieces.begin());
    taken.used = false;
  }
  return out;
}

void check_used(std::span<const Addressed> values, std::span<const Addressed> schemas) {
  std::vector<std::string> unused;
  describe_unused(values, "Data Value", unused);
  const bool of_values = !unused.empty();
  const std::size_t count = unused.size();
  describe_unused(schemas, "Schema", unused);
  const bool of_schemas = unused.size() > count;
  if (unused.empty()) return;
  const std::string_view kind = of_values && of_schemas ? "data values, and schema"
                                : of_values             ? "data values"
                                                        : "schema";
  refuse("ytt/data-values",
         cat("Expected all provided library ", kind, " documents to be used but found unused: ",
             join(std::span<const std::string>(unused), ", ")));
}

}  // namespace plumb::ytt
