#include "yaml/path.h"

#include <catch2/catch.hpp>

#include "base/diagnostic.h"
#include "yaml/read.h"

using namespace plumb;
using namespace plumb::yaml;

namespace {

constexpr std::string_view kPod =
    "metadata: {labels: {app.kubernetes.io/name: web}}\n"
    "spec: {containers: [{name: side}, {name: main, ports: [{containerPort: 53, protocol: "
    "UDP}]}]}\n"
    "tags: [b, a]\n";

}  // namespace

TEST_CASE("a path prints as it is read", "[yaml][path]") {
  for (const char* const text :
       {"spec.containers[name=main].image", "metadata.labels.\"app.kubernetes.io/name\"",
        "spec.ports[containerPort=53,protocol=UDP]", "tags[=a]", "rules[0].verbs[2]", "data.\"\"",
        "a.\"q\\\"uote\"", "x[name=\"a]b\"].y"}) {
    const std::optional<Path> path = parse_path(text);
    REQUIRE(path);
    CHECK(print_path(*path) == text);
  }
}

TEST_CASE("what is no path is refused", "[yaml][path]") {
  for (const char* const text : {"a..b", "a[", "a[x]", "a.", "a[b=c", "a\"b", "\"a"}) {
    CAPTURE(text);
    CHECK((!parse_path(text) || print_path(*parse_path(text)) != text));
  }
  CHECK_FALSE(parse_path("a..b"));
  CHECK_FALSE(parse_path("a[x]"));
}

TEST_CASE("what is no path is told at the place where it ends to be one", "[yaml][path]") {
  SourceStore sources;
  const auto told = [&](const std::string& text) {
    const SourceId id = sources.add("in", text);
    try {
      read_path(text, {id, 0, static_cast<std::uint32_t>(text.size())});
    } catch (const Error& error) {
      return sources.describe(error.diagnostic().span) + " " + error.diagnostic().text;
    }
    return std::string("a path");
  };
  CHECK(told("spec.a[0][name=x]") == "a path");
  CHECK(told("/a~1b/~0") == "a path");
  CHECK(told("a..b") == "in:1:3 expected a key in the path 'a..b', found '.'");
  CHECK(told("a.") == "in:1:3 expected a key in the path 'a.', found its end");
  CHECK(told("a[x]") ==
        "in:1:4 expected a number, or '=' and a value in the path 'a[x]', found ']'");
  CHECK(told("a[b=c") == "in:1:6 expected ']' in the path 'a[b=c', found its end");
  CHECK(told("a[0]b") == "in:1:5 expected '.' or '[' in the path 'a[0]b', found 'b'");
  CHECK(told("/a~2") == "in:1:3 expected '~0' or '~1' in the path '/a~2', found '~'");
}

TEST_CASE("a path finds its node, and says how far it came", "[yaml][path]") {
  Arena arena;
  const Stream stream = read_text(kPod, {}, kKubernetesProfile, arena);
  const Node& pod = *stream.documents[0].root;
  CHECK(find_path(pod, *parse_path("metadata.labels.\"app.kubernetes.io/name\""))->text == "web");
  CHECK(find_path(pod, *parse_path("spec.containers[name=main].ports[containerPort=53].protocol"))
            ->text == "UDP");
  CHECK(find_path(pod, *parse_path("tags[=a]"))->text == "a");
  CHECK(find_path(pod, *parse_path("/spec/containers/1/name"))->text == "main");
  std::size_t found = 0;
  CHECK(find_path(pod, *parse_path("spec.containers[name=none].image"), &found) == nullptr);
  CHECK(found == 2);
}

TEST_CASE("a path becomes a JSON Pointer", "[yaml][path]") {
  Arena arena;
  const Stream stream = read_text(kPod, {}, kKubernetesProfile, arena);
  const Node& pod = *stream.documents[0].root;
  CHECK(json_pointer(pod, *parse_path("spec.containers[name=main].image")) ==
        "/spec/containers/1/image");
  CHECK(json_pointer(pod, *parse_path("metadata.labels.\"app.kubernetes.io/name\"")) ==
        "/metadata/labels/app.kubernetes.io~1name");
}
