#pragma once
// Rules that data values must satisfy: @schema/validation and @assert/validate.

#include <string>

#include "ytt/node.h"
#include "ytt/values.h"

namespace plumb::ytt {

struct Rule {
  std::string_view description;
  Value check;  // a function of the value; anything but True is a failure
};

struct Validation {
  Place place;
  Value when;             // a function that says whether the rules apply; unset: they do
  bool not_null = false;  // null is checked too, first of all
  List<Rule> rules;       // in the order that they run
};

// The rules of an annotation. Throws ytt/validation in ytt's words.
const Validation* make_validation(Thread& thread, const Annotation& annotation);

// Runs all rules of a document of data values: those of its types, then those of its annotations.
// Throws ytt/validation with every failure.
void validate(Thread& thread, Node& document);

}  // namespace plumb::ytt
