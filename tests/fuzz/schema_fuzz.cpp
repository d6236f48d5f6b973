// Documents: the first is compiled as a schema and asked about the others, in both dialects; all
// of them are objects to validate and lint. fits() and check() agree, and only Error is thrown.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "lint/lint.h"
#include "schema/catalogue.h"
#include "yaml/read.h"

using namespace plumb;

namespace {

void ask(const yaml::Stream& stream, schema::Dialect dialect) {
  schema::CompileOptions options;
  options.dialect = dialect;
  try {
    const auto compiled = schema::compile(*stream.documents[0].root, options);
    for (const yaml::Document& document : stream.documents)
      if (schema::fits(*document.root, *compiled) !=
          schema::check(*document.root, *compiled).empty())
        std::abort();
  } catch (const Error&) {
    return;
  }
}

void validate(const yaml::Stream& stream, const SourceStore& sources) {
  const schema::Library library;
  kube::ResourceSet set;
  for (const yaml::Document& document : stream.documents)
    if (kube::is_object(*document.root))
      set.resources.push_back({kube::id_of(*document.root), document.root, {}});
  schema::Report report;
  try {
    schema::validate(set, schema::make_catalogue(library, set), report);
    lint::check(set, nullptr, report.findings);
    for (const Diagnostic& finding : report.findings) format_diagnostic(finding, sources);
  } catch (const Error&) {
    return;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 1 << 14) return 0;
  SourceStore sources;
  Arena arena;
  const SourceId id = sources.add("a.yaml", std::string(reinterpret_cast<const char*>(data), size));
  Limits limits;
  limits.read_depth = 200;
  limits.alias_nodes = 10'000;
  yaml::Stream stream;
  try {
    stream = yaml::read(sources, id, yaml::kKubernetesProfile, arena, limits);
  } catch (const Error&) {
    return 0;
  }
  if (stream.documents.empty()) return 0;
  ask(stream, schema::Dialect::kJsonSchema);
  ask(stream, schema::Dialect::kStructural);
  validate(stream, sources);
  return 0;
}
