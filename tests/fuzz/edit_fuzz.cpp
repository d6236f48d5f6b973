// Any edits of any text: they end in a text that reads as the model says (apply_edits sees to that)
// or in an Error; taken together or one by one, they give the same data.
//
// The input: how many bytes tell the edits, those bytes, the text.

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yaml/edit.h"
#include "yaml/read.h"

using namespace plumb;

namespace {

constexpr std::size_t kEditsMax = 4;

Limits small_limits() {
  Limits limits;
  limits.read_depth = 150;  // the fuzzer's stack is the system's
  limits.alias_nodes = 10'000;
  return limits;
}

// Decisions from bytes; zeros when they are used up.
class Choices {
 public:
  explicit Choices(std::string_view bytes) : bytes_(bytes) {}
  bool done() const { return bytes_.empty(); }
  std::size_t below(std::size_t count) {
    if (bytes_.empty() || count == 0) return 0;
    const auto byte = static_cast<unsigned char>(bytes_.front());
    bytes_.remove_prefix(1);
    return byte % count;
  }

 private:
  std::string_view bytes_;
};

constexpr std::string_view kTexts[] = {
    "x",   "no", "12",   "a: b", "- x", "'q'",           "\"d\"", "l\nm\n",   " lead", "end ",
    "",    "#c", "a #c", "[x]",  "\t",  "x\n\n",         "\nx",   "\xC3\xA9", "1.5",   "~",
    "a,b", "{",  "<<",   "> ",   "? x", "\xEF\xBB\xBFz", "---",   "l\nm"};

std::string_view text_of(Choices& choices) { return kTexts[choices.below(std::size(kTexts))]; }

yaml::Node* value_of(Choices& choices, Arena& arena, int depth) {
  switch (choices.below(depth > 0 ? 6 : 4)) {
    case 0:
      return yaml::make_integer(arena, 7);
    case 1:
      return yaml::make_null(arena);
    case 4: {
      yaml::Node* const mapping = yaml::make_mapping(arena);
      for (std::size_t i = choices.below(3); i > 0; --i)
        yaml::set(arena, *mapping, text_of(choices), value_of(choices, arena, depth - 1));
      return mapping;
    }
    case 5: {
      yaml::Node* const sequence = yaml::make_sequence(arena);
      for (std::size_t i = choices.below(3); i > 0; --i)
        yaml::append(arena, *sequence, value_of(choices, arena, depth - 1));
      return sequence;
    }
    default:
      return yaml::make_string(arena, text_of(choices));
  }
}

yaml::Path path_of(Choices& choices, const yaml::Node& root) {
  yaml::Path path;
  const yaml::Node* at = &root;
  for (std::size_t depth = choices.below(6); depth > 0 && at != nullptr; --depth) {
    if (at->is_mapping() && !at->entries.empty()) {
      const yaml::Entry& entry = at->entries[choices.below(at->entries.size())];
      path.steps.push_back(yaml::key_step(entry.key->text));
      at = entry.value;
    } else if (at->is_sequence() && !at->items.empty()) {
      path.steps.push_back(yaml::index_step(choices.below(at->items.size())));
      at = at->items[path.steps.back().index];
    } else {
      break;
    }
  }
  if (choices.below(4) == 0) path.steps.push_back(yaml::key_step(text_of(choices)));
  return path;
}

yaml::Edit edit_of(Choices& choices, const yaml::Stream& stream, Arena& arena) {
  yaml::Edit edit;
  edit.kind = static_cast<yaml::EditKind>(choices.below(4));
  edit.document = choices.below(stream.documents.size());
  if (!stream.documents.empty())
    edit.path = path_of(choices, *stream.documents[edit.document].root);
  edit.value = value_of(choices, arena, 2);
  edit.position = choices.below(4);
  edit.name = text_of(choices);
  return edit;
}

std::optional<std::string> edited(const std::string& text, std::span<const yaml::Edit> edits) {
  SourceStore sources;
  try {
    return yaml::apply_edits(sources, sources.add("in", text), yaml::kKustomizeProfile, edits,
                             small_limits());
  } catch (const Error&) {
    return std::nullopt;
  }
}

bool same_data(const std::string& a, const std::string& b, Arena& arena) {
  SourceStore sources;
  const auto read = [&](const std::string& text) {
    return yaml::read(sources, sources.add("out", text), yaml::kKustomizeProfile, arena,
                      small_limits());
  };
  try {
    const yaml::Stream x = read(a);
    const yaml::Stream y = read(b);
    if (x.documents.size() != y.documents.size()) return false;
    for (std::size_t i = 0; i < x.documents.size(); ++i) {
      if (!yaml::identical(*x.documents[i].root, *y.documents[i].root)) return false;
    }
  } catch (const Error&) {
    // An edit may give a merge key or a key twice, which only reading as a whole refuses.
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2 || size > 8'000) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t told = std::min<std::size_t>(static_cast<unsigned char>(input[0]), size - 1);
  Choices choices(input.substr(1, told));
  const std::string text(input.substr(1 + told));
  SourceStore sources;
  Arena arena;
  yaml::Stream stream;
  try {
    stream = yaml::read(sources, sources.add("in", text), yaml::kKustomizeProfile, arena,
                        small_limits());
  } catch (const Error&) {
    return 0;
  }
  std::vector<yaml::Edit> edits;
  while (!choices.done() && edits.size() < kEditsMax)
    edits.push_back(edit_of(choices, stream, arena));
  const auto together = edited(text, edits);
  std::optional<std::string> one_by_one = text;
  for (const yaml::Edit& edit : edits) {
    if (one_by_one) one_by_one = edited(*one_by_one, {&edit, 1});
  }
  if (together && one_by_one && !same_data(*together, *one_by_one, arena)) std::abort();
  return 0;
}
