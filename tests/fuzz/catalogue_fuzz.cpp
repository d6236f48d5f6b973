// Documents: the first is a file of schemas of the project, the others are objects and definitions
// of custom kinds. Every object is counted once, or wrong, and every finding
// has a code.

#include "door.h"
#include "schema/catalogue.h"
#include "yaml/read.h"

using namespace plumb;

namespace {

void validate(const yaml::Stream& stream, const SourceStore& sources) {
  schema::Library library;
  fuzz::error_of(sources, [&] { library.add(*stream.documents[0].root); });
  kube::ResourceSet set;
  for (std::size_t i = 1; i < stream.documents.size(); ++i) {
    yaml::Node* const root = stream.documents[i].root;
    if (kube::is_object(*root)) set.resources.push_back({kube::id_of(*root), root, {}});
  }
  const schema::Catalogue catalogue = schema::make_catalogue(library, set);
  for (const kube::Resource& resource : set.resources) {
    schema::Report report;
    schema::validate(resource, catalogue, report);
    for (const Diagnostic& finding : report.findings) fuzz::check_diagnostic(finding, sources);
    if (resource.id.kind == "List") continue;
    const std::size_t counted = report.validated + report.no_schema + report.unusable;
    fuzz::require(counted == 1 || report.invalid == 1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > fuzz::kBytesMax) return 0;
  SourceStore sources;
  Arena arena;
  const SourceId id = sources.add("schemas.yaml", std::string(fuzz::text_of(data, size)));
  fuzz::error_of(sources, [&] {
    const yaml::Stream stream =
        yaml::read(sources, id, yaml::kKubernetesProfile, arena, fuzz::small_limits());
    if (!stream.documents.empty()) validate(stream, sources);
  });
  return 0;
}
