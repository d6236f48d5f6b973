#pragma once
// Text → documents.
//
//   Arena arena;
//   SourceId id = sources.add("a.yaml", "a: 1\n---\nb: [x, y]\n");
//   Stream stream = read(sources, id, kKubernetesProfile, arena);
//   stream.documents.size() == 2
//
// The reader accepts, rejects and understands what the go-yaml versions inside ytt and kustomize
// do; what tools treat differently it leaves to the profile, a row of data. Texts are views into
// the source where the value stands there as it is.
//
// Errors throw Error with code yaml/… at the place. A mistake in what is meant (a key twice, an
// unknown alias) leaves the rest readable, and behind a mistake in the syntax reading goes on at
// the next `---`: what else was found is in Error::further(), at most 100 in all. Limits are
// read_depth and alias_nodes; passing one ends reading.
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
  kGoYaml2,  // YAML 1.1: y/n/yes/no/on/off, 0b 0o 0x, leading-zero octals, `_`, timestamps; past 64
             // bits: float
  kGoYaml3,  // go-yaml v3: the same numbers and timestamps, but only true and false are booleans
  kYtt,      // go-yaml v2's, timestamps stay strings
  kKubernetes,  // go-yaml v2's without timestamps, as kubectl reads; integers of any size stay
                // integers
  kJson,        // null, true, false, numbers of JSON; everything else is a string
  kStrict,      // YAML 1.2's core: null, ~, true, false, decimal, 0o and 0x integers, floats
};

enum class DuplicateKeys : std::uint8_t {
  kError,
  kLastWins,  // the last value, at the place of the first
  kKeep,
};

enum class MergeKeys : std::uint8_t {
  kKeep,
  kSingle,   // `<<: *a` and an inline mapping; a list is an error
  kAny,      // lists too; the earlier source wins
  kSpelled,  // like kAny, once in a mapping; a quoted '<<' is left out, with its value
};

struct Profile {
  std::string_view name;
  Resolution resolution;
  DuplicateKeys duplicates;
  MergeKeys merge_keys;
  bool collections_as_keys;  // else the error yaml/collection-key
  bool comments;             // Document::comments is filled
  bool reprinted;      // its tool prints and reads again what it read: in flow collections an empty
                       // value becomes
                       // "" and a date with a time stays text (kustomize)
  bool utf16 = false;  // a text with a byte order mark of UTF-16 is read; else yaml/encoding
  bool warnings = false;  // Stream::warnings tells plain texts that other tools take for no text
};

// plumb's own files and manifests: what kubectl and Argo CD would read, strict about duplicates.
extern const Profile kKubernetesProfile;
// Resources and patches inside kustomize: go-yaml v3.
extern const Profile kKustomizeProfile;
// kustomization.yaml itself: go-yaml v2, strict.
extern const Profile kKustomizationProfile;
// ytt: templates (a duplicate key is an error) and plain files and data values (the last wins).
extern const Profile kYttTemplateProfile;
extern const Profile kYttPlainProfile;
// Where nothing may depend on the reader: only what all tools understand alike is no text, and a
// plain text that some take for a boolean, a number or a date is warned of: `no`, `1:30`, `012`.
extern const Profile kStrictProfile;

struct Stream {
  List<Document> documents;
  Diagnostics warnings;  // yaml/read-as-…, where the profile asks for them
};

// All documents of a source. The store's text must outlive the arena's use.
Stream read(const SourceStore& sources, SourceId id, const Profile& profile, Arena& arena,
            const Limits& limits = {});
// A text that stands alone: JSON in a string, a generated file. `text` must outlive the arena's
// use; every node gets the span `place` where offsets cannot be told.
Stream read_text(std::string_view text, Span place, const Profile& profile, Arena& arena,
                 const Limits& limits = {});

// The first document of a piece of a source, whatever follows it. `piece` must be a view of
// the source's text, `place` where it stands there.
Document read_first(std::string_view piece, Span place, const Profile& profile, Arena& arena,
                    const Limits& limits = {});

// How readers of YAML 1.1 would take a plain text that is a string under kStrict; null when they
// read it alike. The code is that of a warning.
struct Misreading {
  std::string_view code;  // "yaml/read-as-boolean"
  std::string_view what;  // "a boolean"
};
const Misreading* misreading(std::string_view plain);

// The type that a plain scalar has under a resolution: resolve("1_000", Resolution::kGoYaml2) ==
// Type::kInteger.
Type resolve(std::string_view plain, Resolution resolution);
// The value of a kInteger's text in decimal digits: "0x1F" → "31", "017" → "15", "1_000" → "1000",
// any size.
std::string decimal(std::string_view integer);

}  // namespace plumb::yaml
