#include "kustomize/edit/edit.h"

#include <algorithm>
#include <ctime>

#include "base/text.h"
#include "kustomize/edit/commands.h"
#include "kustomize/wording.h"

namespace plumb::kustomize::edit {

namespace {

constexpr FlagShape kForce[] = {{"force", 'f', FlagKind::kSwitch}};
constexpr FlagShape kLabelFlags[] = {{"force", 'f', FlagKind::kSwitch},
                                     {"without-selector", 0, FlagKind::kSwitch},
                                     {"include-templates", 0, FlagKind::kSwitch}};
constexpr FlagShape kNoVerify[] = {{"no-verify", 0, FlagKind::kSwitch}};
constexpr FlagShape kIgnore[] = {{"ignore-non-existence", 'i', FlagKind::kSwitch}};
constexpr FlagShape kPatchFlags[] = {
    {"path"},          {"patch"}, {"group"},     {"version"},
    {"kind"},          {"name"},  {"namespace"}, {"annotation-selector"},
    {"label-selector"}};
constexpr FlagShape kConfigMapFlags[] = {{"from-file", 0, FlagKind::kCommas},
                                         {"from-literal", 0, FlagKind::kTexts},
                                         {"from-env-file"},
                                         {"namespace"},
                                         {"behavior"},
                                         {"disableNameSuffixHash", 0, FlagKind::kSwitch}};
constexpr FlagShape kSecretFlags[] = {{"from-file", 0, FlagKind::kCommas},
                                      {"from-literal", 0, FlagKind::kTexts},
                                      {"from-env-file"},
                                      {"namespace"},
                                      {"type"},
                                      {"disableNameSuffixHash", 0, FlagKind::kSwitch}};
constexpr FlagShape kSetGeneratorFlags[] = {
    {"from-literal", 0, FlagKind::kTexts}, {"namespace"}, {"new-namespace"}};
constexpr FlagShape kNamespace[] = {{"namespace"}};
constexpr FlagShape kFixFlags[] = {{"vars", 0, FlagKind::kSwitch}};
constexpr FlagShape kCreateFlags[] = {{"resources"},
                                      {"namespace"},
                                      {"annotations"},
                                      {"labels"},
                                      {"nameprefix"},
                                      {"namesuffix"},
                                      {"autodetect", 0, FlagKind::kSwitch},
                                      {"recursive", 0, FlagKind::kSwitch}};

struct Command {
  std::string_view group;  // "add"; empty for "fix"
  std::string_view name;
  std::string_view arguments;  // as the usage line shows them
  std::string_view purpose;
  std::span<const FlagShape> flags;
  void (*run)(Session& session);
  std::string_view opening = {};  // the words for a file that cannot be opened
  std::string_view reading = {};  // and for one that cannot be read
};

constexpr std::string_view kLoad = "failed to load kustomization file";
constexpr std::string_view kRead = "failed to read kustomization file";

// In the order in which help lists them.
constexpr Command kCommands[] = {
    {"add", "annotation", "KEY:VALUE…", "common annotations", kForce, add_annotations},
    {"add", "base", "DIR[,DIR…]", "directories to resources", {}, add_bases},
    {"add",
     "buildmetadata",
     "OPTION[,OPTION…]",
     "options of buildMetadata",
     {},
     add_build_metadata},
    {"add", "component", "PATH…", "components", {}, add_components},
    {"add", "configmap", "NAME", "an entry of configMapGenerator, or to one", kConfigMapFlags,
     add_config_map, kLoad, kRead},
    {"add",
     "configuration",
     "FILE…",
     "transformer configurations",
     {},
     add_configurations,
     "new kustomization file",
     "read kustomization"},
    {"add", "generator", "FILE…", "generators", {}, add_generators},
    {"add", "label", "KEY:VALUE…", "common labels, or labels without selectors", kLabelFlags,
     add_labels},
    {"add", "patch", "", "a patch", kPatchFlags, add_patch},
    {"add", "resource", "PATH…", "resources; patterns are expanded now", kNoVerify, add_resources},
    {"add", "secret", "NAME", "an entry of secretGenerator, or to one", kSecretFlags, add_secret,
     kLoad, kRead},
    {"add", "transformer", "FILE…", "transformers", {}, add_transformers},
    {"remove", "annotation", "KEY[,KEY…]", "common annotations", kIgnore, remove_annotations},
    {"remove",
     "buildmetadata",
     "OPTION[,OPTION…]",
     "options of buildMetadata",
     {},
     remove_build_metadata},
    {"remove",
     "component",
     "PATH…",
     "components, also by pattern",
     {},
     remove_components,
     kRead,
     "failed to read kustomization file content"},
    {"remove", "configmap", "NAME[,NAME…]", "entries of configMapGenerator", kNamespace,
     remove_config_maps, "could not read kustomization file",
     "could not read kustomization file contents"},
    {"remove", "label", "KEY[,KEY…]", "common labels", kIgnore, remove_labels},
    {"remove", "patch", "", "the patch that the flags describe", kPatchFlags, remove_patch},
    {"remove", "resource", "PATH…", "resources, also by pattern", {}, remove_resources},
    {"remove", "secret", "NAME[,NAME…]", "entries of secretGenerator", kNamespace, remove_secrets,
     "could not read kustomization file", "could not read kustomization file contents"},
    {"remove", "transformer", "FILE…", "transformers, also by pattern", {}, remove_transformers},
    {"set", "annotation", "KEY:VALUE…", "common annotations", {}, set_annotations},
    {"set",
     "buildmetadata",
     "OPTION[,OPTION…]",
     "all options of buildMetadata",
     {},
     set_build_metadata},
    {"set", "configmap", "NAME", "literals or the namespace of an entry", kSetGeneratorFlags,
     set_config_map, kLoad, kRead},
    {"set",
     "image",
     "NAME[=NEW][:TAG][@DIGEST]…",
     "what images become; '*' keeps a part",
     {},
     set_images},
    {"set", "label", "KEY:VALUE…", "common labels", {}, set_labels},
    {"set", "nameprefix", "PREFIX", "namePrefix", {}, set_name_prefix},
    {"set", "namespace", "NAME", "namespace", {}, set_namespace},
    {"set", "namesuffix", "[--] SUFFIX", "nameSuffix", {}, set_name_suffix},
    {"set", "replicas", "NAME=COUNT…", "how many replicas", {}, set_replicas},
    {"set", "secret", "NAME", "literals or the namespace of an entry", kSetGeneratorFlags,
     set_secret, kLoad, kRead},
    {"", "fix", "", "deprecated fields move to their new place", kFixFlags, fix},
};

constexpr Command kCreate{"",           "create", "", "a new kustomization in this directory",
                          kCreateFlags, nullptr};

std::string usage_of(const Command& command) {
  const bool create = &command == &kCreate;
  std::string line = cat("Usage:\n  kustomize ", create ? "" : "edit ", command.group,
                         command.group.empty() ? "" : " ", command.name);
  if (!command.arguments.empty()) line += cat(" ", command.arguments);
  if (!command.flags.empty()) line += "\n\nFlags:";
  for (const FlagShape& flag : command.flags) {
    line += cat("\n  --", flag.name);
    if (flag.kind != FlagKind::kSwitch) line += " VALUE";
    if (flag.letter != 0) line += cat(", -", std::string_view(&flag.letter, 1));
  }
  return line + "\n";
}

std::string help_of_group(std::string_view group) {
  std::string out = "Commands:\n";
  for (const Command& command : kCommands) {
    if (!group.empty() && command.group != group) continue;
    std::string words =
        cat("  kustomize edit ", command.group, command.group.empty() ? "" : " ", command.name);
    words.append(words.size() < 40 ? 40 - words.size() : 1, ' ');
    out += cat(words, command.purpose, "\n");
  }
  return out + "\nWith --help behind a command: its flags.\n";
}

// Remarks carry the time, as Go's log prints them.
std::string stamped(const std::string& text) {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  char stamp[32];
  const std::size_t length = std::strftime(stamp, sizeof stamp, "%Y/%m/%d %H:%M:%S ", &local);
  return cat(std::string_view(stamp, length), text, "\n");
}

void show_log(Place& place, DoorStreams& streams) {
  for (const std::string& text : place.log) streams.err += stamped(text);
  place.log.clear();
}

// Runs `work`; what goes wrong is shown with the command's usage.
template <typename Work>
int guarded(const Command& command, Place& place, DoorStreams& streams, Work work) {
  try {
    work();
    show_log(place, streams);
    return 0;
  } catch (const Error& error) {
    show_log(place, streams);
    streams.err += cat("Error: ", words_of(error), "\n", usage_of(command));
    return 1;
  }
}

void run_command(const Command& command, const Words& words, Place& place, DoorStreams& streams) {
  Session session(place, words, command.opening, command.reading);
  command.run(session);
  if (session.is_open() && session.changes) save_file(place, session.file());
  streams.out += session.out;
}

}  // namespace

File& Session::file() {
  if (!file_) file_.emplace(open_file(place, arena, opening_, reading_));
  return *file_;
}

int run_edit(std::span<const std::string> words, Place& place, DoorStreams& streams) {
  const std::string_view first = words.empty() ? std::string_view() : words[0];
  const bool is_group = first == "add" || first == "set" || first == "remove";
  const std::size_t depth = is_group ? 2 : 1;
  const std::string_view name =
      words.size() < depth ? std::string_view() : std::string_view(words[depth - 1]);
  const auto command = std::ranges::find_if(kCommands, [&](const Command& row) {
    return row.name == name && row.group == (is_group ? first : "");
  });
  if (command == std::end(kCommands)) {
    streams.out += help_of_group(is_group ? first : "");
    return 0;
  }
  return guarded(*command, place, streams, [&] {
    const Words parsed = parse_words(words.subspan(depth), command->flags);
    if (parsed.help)
      streams.out += usage_of(*command);
    else
      run_command(*command, parsed, place, streams);
  });
}

int run_create(std::span<const std::string> words, Place& place, DoorStreams& streams) {
  return guarded(kCreate, place, streams, [&] {
    const Words parsed = parse_words(words, kCreate.flags);
    if (parsed.help)
      streams.out += usage_of(kCreate);
    else
      create(place, parsed);
  });
}

}  // namespace plumb::kustomize::edit
