// What is told of a text with mistakes, and of one that readers take differently.

#include <algorithm>
#include <string>

#include <catch2/catch.hpp>

#include "yaml/read.h"

namespace plumb::yaml {

namespace {

std::string describe(const Diagnostic& diagnostic, const SourceStore& sources) {
  return diagnostic.code + " " + sources.describe(diagnostic.span) + "\n";
}

// All mistakes of a text, one a line.
std::string mistakes(std::string_view text, const Profile& profile = kKubernetesProfile) {
  SourceStore sources;
  Arena arena;
  try {
    read(sources, sources.add("in", std::string(text)), profile, arena);
  } catch (const Error& error) {
    std::string out = describe(error.diagnostic(), sources);
    for (const Diagnostic& further : error.further()) out += describe(further, sources);
    return out;
  }
  return "";
}

std::string warnings(std::string_view text) {
  SourceStore sources;
  Arena arena;
  std::string out;
  const Stream stream = read(sources, sources.add("in", std::string(text)), kStrictProfile, arena);
  for (const Diagnostic& warning : stream.warnings) out += describe(warning, sources);
  return out;
}

Type strict(std::string_view text) { return resolve(text, Resolution::kStrict); }

std::string utf16(std::string_view ascii, bool little) {
  std::string out = little ? "\xFF\xFE" : "\xFE\xFF";
  for (const char c : ascii) out += little ? std::string{c, '\0'} : std::string{'\0', c};
  return out;
}

}  // namespace

TEST_CASE("mistakes in what is meant are told together", "[yaml][read]") {
  CHECK(mistakes("a: 1\nb: {x: 1, x: 2}\na: *no\nc: !!int x\n[k]: 1\na: 3\n") ==
        "yaml/duplicate-key in:2:11\n"
        "yaml/unknown-anchor in:3:4\n"
        "yaml/tag-value in:4:10\n"
        "yaml/collection-key in:5:1\n"
        "yaml/duplicate-key in:3:1\n"
        "yaml/duplicate-key in:6:1\n");
}

TEST_CASE("behind a mistake in the syntax reading goes on at the next document", "[yaml][read]") {
  CHECK(mistakes("a: [1\n---\nb: 1\nb: 2\n---\nc: 'x\n--- \nd: 1\n") ==
        "yaml/expected-comma in:2:1\n"
        "yaml/duplicate-key in:4:1\n"
        "yaml/unclosed-quote in:6:4\n");
}

TEST_CASE("no more than a hundred mistakes are told", "[yaml][read]") {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "- *none\n";
  const std::string told = mistakes(text);
  CHECK(std::count(told.begin(), told.end(), '\n') == 100);
}

TEST_CASE("the strict profile takes only what all readers take alike", "[yaml][read]") {
  for (const char* text : {"no", "on", "y", "True", "Null", "1:30", "012", "1_000", "0b1", "+.5e",
                           "2001-01-01", "0o8", "0x", "1e400"}) {
    INFO(text);
    CHECK(strict(text) == Type::kString);
  }
  CHECK(strict("true") == Type::kBoolean);
  CHECK(strict("~") == Type::kNull);
  CHECK(strict("-12") == Type::kInteger);
  CHECK(strict("99999999999999999999") == Type::kInteger);
  CHECK(strict("0o17") == Type::kInteger);
  CHECK(strict("0x1F") == Type::kInteger);
  CHECK(strict("1.5e3") == Type::kFloat);
  CHECK(strict("-.inf") == Type::kFloat);
}

TEST_CASE("the strict profile warns of texts that are none elsewhere", "[yaml][read]") {
  CHECK(warnings("country: no\non: [1:30, 012, 1_000]\nday: 2001-01-01\nempty: Null\n") ==
        "yaml/read-as-boolean in:1:10\n"
        "yaml/read-as-boolean in:2:1\n"
        "yaml/read-as-number in:2:6\n"
        "yaml/read-as-number in:2:12\n"
        "yaml/read-as-number in:2:17\n"
        "yaml/read-as-date in:3:6\n"
        "yaml/read-as-null in:4:8\n");
  CHECK(warnings("a: 'no'\nb: north\nc: 12\nd: true\ne: v1.2.3\nf: 10.0.0.1\n") == "");
}

TEST_CASE("UTF-16 is read where the replaced tool reads it", "[yaml][read]") {
  for (const bool little : {true, false}) {
    const std::string text = utf16("a: x\nb: y\n", little);
    CHECK(mistakes(text) == "yaml/encoding in:1:1\n");
    SourceStore sources;
    Arena arena;
    const Stream stream = read(sources, sources.add("in", text), kKustomizeProfile, arena);
    const Node& value = *find(*stream.documents[0].root, "b");
    CHECK(value.text == "y");
    CHECK(value.span.offset == 18);
    CHECK(value.span.length == 2);
  }
  CHECK(mistakes(utf16("a: 1\na: 2\n", true), kKustomizeProfile) == "yaml/duplicate-key in:2:2\n");
  CHECK(mistakes("\xFF\xFE\x3D\xD8", kKustomizeProfile) == "yaml/encoding in:1:3\n");
  CHECK(mistakes("\xFF\xFE"
                 "a",
                 kKustomizeProfile) == "yaml/encoding in:1:3\n");
}

}  // namespace plumb::yaml
