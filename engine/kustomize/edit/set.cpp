// `kustomize edit set …`

#include <algorithm>
#include <charconv>

#include "base/diagnostic.h"
#include "base/regex.h"
#include "base/text.h"
#include "kustomize/edit/commands.h"
#include "kustomize/image_name.h"

namespace plumb::kustomize::edit {

namespace {

using yaml::Node;

// Takes the value that the file has.
constexpr std::string_view kKeep = "*";

struct ImageRequest {
  std::string name, new_name, new_tag, digest;
};

ImageRequest parse_image(const std::string& argument) {
  const std::size_t equals = argument.find('=');
  const bool has_key = equals != std::string::npos;
  const std::string_view value =
      has_key ? std::string_view(argument).substr(equals + 1) : std::string_view(argument);
  const ImageName parts = split_image_name(value);
  if (parts.name == argument)
    fail("kustomize/edit", {},
         "invalid format of image, use one of the following options:\n"
         "- <image>=<newimage>:<newtag>\n- <image>=<newimage>@<digest>\n"
         "- <image>=<newimage>:<newtag>@<digest>\n- <image>=<newimage>\n- <image>:<newtag>\n"
         "- <image>:<newtag>@<digest>\n- <image>@<digest>");
  ImageRequest request;
  request.name = has_key ? argument.substr(0, equals) : std::string(parts.name);
  if (has_key) request.new_name = parts.name;
  request.new_tag = parts.tag;
  request.digest = parts.digest;
  return request;
}

// Of one name the last argument counts.
template <typename Request>
void put(std::vector<Request>& requests, Request request) {
  const auto there = std::ranges::find(requests, request.name, &Request::name);
  if (there == requests.end())
    requests.push_back(std::move(request));
  else
    *there = std::move(request);
}

std::string_view name_of(const Node& entry) { return yaml::text_at(entry, {"name"}); }

// The entry of that name, made where it is missing: at its place in a list that is in order of
// names, else at the end. Of several the first stays.
Node& named_entry(File& file, Node& list, std::string_view name) {
  Node* found = nullptr;
  for (std::size_t i = 0; i < list.items.size();) {
    Node* const entry = list.items[i];
    if (name_of(*entry) == name && found != nullptr) {
      list.items.erase(i);
      continue;
    }
    if (name_of(*entry) == name) found = entry;
    ++i;
  }
  if (found != nullptr) return *found;
  Node* const entry = yaml::make_mapping(file.arena);
  yaml::set(file.arena, *entry, "name", yaml::make_string(file.arena, name));
  const auto by_name = [](const Node* a, const Node* b) { return name_of(*a) < name_of(*b); };
  std::size_t at = list.items.size();
  if (std::is_sorted(list.items.begin(), list.items.end(), by_name))
    at = static_cast<std::size_t>(
        std::upper_bound(list.items.begin(), list.items.end(), entry, by_name) -
        list.items.begin());
  list.items.insert(file.arena, at, entry);
  return *entry;
}

void set_image(File& file, Node& entry, const ImageRequest& request) {
  const auto set = [&](std::string_view field, const std::string& value) {
    if (value == kKeep) return;
    if (value.empty())
      yaml::remove(entry, field);
    else if (yaml::text_at(entry, {field}) != value)
      set_sorted(file, entry, field, yaml::make_string(file.arena, value));
  };
  set("newName", request.new_name);
  set("newTag", request.new_tag);
  set("digest", request.digest);
  yaml::remove(entry, "tagSuffix");
}

struct ReplicaRequest {
  std::string name;
  std::string count;
};

ReplicaRequest parse_replica(const std::string& argument) {
  const auto parts = split(argument, '=');
  std::int64_t count = 0;
  const std::string_view digits = parts.size() == 2 ? parts[1] : std::string_view();
  const std::string_view unsigned_digits = digits.starts_with('+') ? digits.substr(1) : digits;
  const char* const end = unsigned_digits.data() + unsigned_digits.size();
  const auto [stop, error] = std::from_chars(unsigned_digits.data(), end, count);
  if (parts.size() != 2 || unsigned_digits.empty() || error != std::errc() || stop != end)
    fail("kustomize/edit", {},
         "invalid format of replica, use the following format: <name>=<count>");
  return {std::string(parts[0]), cat(count)};
}

void set_field(Session& session, std::string_view field, std::string_view what) {
  if (session.words.arguments.size() != 1)
    fail("kustomize/edit", {}, cat("must specify exactly one ", what, " value"));
  File& file = session.file();
  set_text(file, *file.fields, field, session.words.arguments[0]);
}

void set_map(Session& session, std::string_view field,
             const std::map<std::string, std::string>& pairs) {
  File& file = session.file();
  Node& map = *yaml::ensure_mapping(file.arena, *file.fields, field);
  for (const auto& [key, value] : pairs)
    set_sorted(file, map, key, yaml::make_string(file.arena, value));
}

}  // namespace

void set_images(Session& session) {
  if (session.words.arguments.empty()) fail("kustomize/edit", {}, "no image specified");
  std::vector<ImageRequest> requests;
  for (const std::string& argument : session.words.arguments) put(requests, parse_image(argument));
  File& file = session.file();
  Node& list = list_of(file, "images");
  for (const ImageRequest& request : requests)
    set_image(file, named_entry(file, list, request.name), request);
}

void set_replicas(Session& session) {
  if (session.words.arguments.empty()) fail("kustomize/edit", {}, "no replicas specified");
  std::vector<ReplicaRequest> requests;
  for (const std::string& argument : session.words.arguments)
    put(requests, parse_replica(argument));
  File& file = session.file();
  Node& list = list_of(file, "replicas");
  for (const ReplicaRequest& request : requests) {
    Node* const count = yaml::make_string(file.arena, request.count);
    count->type = yaml::Type::kInteger;
    set_sorted(file, named_entry(file, list, request.name), "count", count);
  }
}

void set_namespace(Session& session) { set_field(session, "namespace", "namespace"); }
void set_name_prefix(Session& session) { set_field(session, "namePrefix", "prefix"); }
void set_name_suffix(Session& session) { set_field(session, "nameSuffix", "suffix"); }

void set_labels(Session& session) {
  if (session.words.arguments.empty()) fail("kustomize/edit", {}, "must specify label");
  set_map(session, "commonLabels", pairs_of(session.words.arguments, "label"));
}

void set_annotations(Session& session) {
  if (session.words.arguments.empty()) fail("kustomize/edit", {}, "must specify annotation");
  const auto pairs = pairs_of(session.words.arguments, "annotation");
  const Regex valid(
      R"(^([a-zA-Z](([-a-zA-Z0-9.]{0,251})[a-zA-Z0-9])?\/)?[a-zA-Z0-9]([-a-zA-Z0-9_.]{0,61}[a-zA-Z0-9])?$)");
  for (const auto& [key, value] : pairs)
    if (!valid.matches(key))
      fail("kustomize/edit", {},
           "invalid annotation key: see the syntax and character set rules at "
           "https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/");
  set_map(session, "commonAnnotations", pairs);
}

void set_build_metadata(Session& session) {
  const std::vector<std::string> options = build_metadata_of(session.words);
  File& file = session.file();
  Node& list = list_of(file, "buildMetadata");
  list.items.clear();
  for (const std::string& option : options)
    yaml::append(file.arena, list, yaml::make_string(file.arena, option));
}

}  // namespace plumb::kustomize::edit
