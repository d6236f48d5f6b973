#pragma once
// Data values and schemas that are meant for a library: which one, and whether it took them.
//
//   "@path", "@~alias", "@path~alias"; further pieces name libraries inside: "@app@db~main"

#include <span>
#include <string_view>
#include <vector>

#include "ytt/node.h"
#include "ytt/values.h"

namespace plumb::ytt {

struct LibraryPiece {
  std::string_view path, alias;  // empty: any
};

// A document, and the library below that it is for; without pieces it is for this one.
struct Addressed {
  Node* document = nullptr;
  std::string_view text;  // the address as it was written
  std::vector<LibraryPiece> pieces = {};
  bool after_library_module = false;  // it counts after what code gives
  bool used = false;
};

// Throws ytt/data-values. The text must outlive the result.
std::vector<LibraryPiece> parse_library_ref(std::string_view text);

// By the document's annotations: @library/ref, and after_library_module of @data/values.
Addressed address_of(Node& document);

// Those for the library of this name, one piece shorter; they count as used.
std::vector<Addressed> take_addressed(std::vector<Addressed>& documents, std::string_view path,
                                      std::string_view alias);

// Throws ytt/data-values, naming what nobody took.
void check_used(std::span<const Addressed> values, std::span<const Addressed> schemas);

}  // namespace plumb::ytt
