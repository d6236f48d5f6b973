#include "ytt/error.h"

#include "base/text.h"

namespace plumb::ytt {

void refuse(std::string_view code, std::string text, Span span) {
  fail(code, span, std::move(text));
}

void refuse_unsupported(std::string_view feature, Span span) {
  fail("ytt/unsupported", span, cat("not supported by plumb: ", feature),
       {{"docs/reference/ytt.md lists what is supported"}},
       {"summary", cat("not supported: ", feature)});
}

std::string summary_of(const Diagnostic& diagnostic) {
  const auto& arguments = diagnostic.arguments;
  if (arguments.size() == 2 && arguments[0] == "summary") return arguments[1];
  return diagnostic.text;
}

void set_summary(Diagnostic& diagnostic, std::string summary) {
  diagnostic.arguments = {"summary", std::move(summary)};
}

}  // namespace plumb::ytt
