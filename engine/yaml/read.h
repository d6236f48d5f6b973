#pragma once
// Text → documents.
//
//   Arena arena;
//   SourceId id = sources.add("a.yaml", "a: 1\n---\nb: [x, y]\n");
//   Stream stream = read(sources, id, kKubernetesProfile, arena);
//   stream.documents.size() == 2
//
// The reader accepts, rejects and understands what the go-yaml versions inside ytt and kustomize
// do; what tools treat differently it leaves to the profile, a row of data. Errors throw Error with
// code yaml/… at the place; limits are read_depth and alias_nodes. Texts are views into the source
// where the value stands there as it is.
//
// Source of the rules: YAML 1.1, and go-yaml v2 and v3 as observed.

#include <string>
#include <string_view>

#include "base/arena.h"
#include "base/diagnostic.h"
#include "base/limits.h"
#include "base/list.h"
#include "base/source.h"
#include "yaml/node.h"

namespace plumb::yaml {

// How plain scalars become types.
enum class Resolution : std::uint8_t {
  kGoYaml2,  // YAML 1.1: y/n/yes/no/on/off, 0b 0o 0x, leading-zero octals, `_`, timestamps
  kGoYaml3,  // the core schema with go's integers and 1.1 timestamps; yes/no/on/off are strings
  kYtt,      // go-yaml v2's, timestamps stay strings
  kJson,     // null, true, false, numbers of JSON; everything else is a string
};

enum class DuplicateKeys : std::uint8_t { kError, kLastWins /* at the first's place */, kKeep };

struct Profile {
  std::string_view name;
  Resolution resolution;
  DuplicateKeys duplicates;
  bool merge_keys;       // `<<` is expanded
  bool merge_sequences;  // `<<: [*a, *b]` too; else an error
  bool collections_as_keys;
  bool keep_comments;    // Document::comments is filled
  bool attach_comments;  // and Decoration::head, line, foot, by go-yaml v3's rule
};

// plumb's own files and manifests: what kubectl and Argo CD would read (booleans by YAML 1.1),
// strict about duplicates.
extern const Profile kKubernetesProfile;
// Resources and patches inside kustomize: go-yaml v3.
extern const Profile kKustomizeProfile;
// kustomization.yaml itself and ConfigMap sources: go-yaml v2, strict.
extern const Profile kKustomizationProfile;
// ytt templates (duplicates are an error) and plain files and data values (last wins).
extern const Profile kYttTemplateProfile;
extern const Profile kYttPlainProfile;

struct Stream {
  List<Document> documents;
};

// All documents of a source. The store's text must outlive the arena's use.
Stream read(const SourceStore& sources, SourceId id, const Profile& profile, Arena& arena,
            const Limits& limits = {});
// A text that stands alone: JSON in a string, a generated file. `text` must outlive the arena's
// use; every node gets the span `place` where offsets cannot be told.
Stream read_text(std::string_view text, Span place, const Profile& profile, Arena& arena,
                 const Limits& limits = {});

// The type that a plain scalar has under a resolution: resolve("1_000", Resolution::kGoYaml2) ==
// Type::kInteger.
Type resolve(std::string_view plain, Resolution resolution);
// The value of a kInteger's text in decimal digits: "0x1F" → "31", "017" → "15", "1_000" → "1000",
// any size.
std::string decimal(std::string_view integer);

}  // namespace plumb::yaml
