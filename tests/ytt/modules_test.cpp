#include <catch2/catch.hpp>

#include "base/diagnostic.h"
#include "yaml/emit.h"
#include "ytt/ytt.h"

using namespace plumb;
using namespace plumb::ytt;

namespace {

// What `expression` gives, as YAML behind "v: ", or the failure's text.
std::string evaluate(const std::string& module, const std::string& expression) {
  SourceStore sources;
  Arena arena;
  const Limits limits;
  Input input;
  const std::string text =
      "#@ load(\"@ytt:" + module + "\", \"" + module + "\")\nv: #@ " + expression + "\n";
  input.files.push_back({"config.yml", sources.add("config.yml", text)});
  try {
    const Rendered out = render(input, arena, sources, limits);
    return yaml::emit(*out.documents.at(0), yaml::kYttOutput).substr(3);
  } catch (const Error& error) {
    return error.diagnostic().text;
  }
}

bool fails(const std::string& module, const std::string& expression, const std::string& why) {
  return evaluate(module, expression).find(why) != std::string::npos;
}

}  // namespace

TEST_CASE("addresses are read and printed in their shortest form", "[ytt][modules]") {
  CHECK(evaluate("ip", "ip.parse_addr(\"1:0:0:2:0:0:0:3\").string()") == "1:0:0:2::3\n");
  CHECK(evaluate("ip", "ip.parse_addr(\"::ffff:1.2.3.4\").string()") == "1.2.3.4\n");
  CHECK(evaluate("ip", "ip.parse_cidr(\"10.1.2.3/12\")[1].string()") == "10.0.0.0/12\n");
  CHECK(evaluate("ip", "ip.parse_cidr(\"2001:db8::1/64\")[1].string()") == "2001:db8::/64\n");
  CHECK(fails("ip", "ip.parse_addr(\"01.2.3.4\")", "invalid IP address: 01.2.3.4"));
  CHECK(fails("ip", "ip.parse_addr(\"1.2.3.4\")", "does not automatically encode"));
}

TEST_CASE("a network address is taken apart and put together", "[ytt][modules]") {
  CHECK(evaluate("url", "url.parse(\"http://u:p%3a@h:1/a b?q=c d#f\").string()") ==
        "http://u:p%3A@h:1/a%20b?q=c d#f\n");
  CHECK(evaluate("url", "url.parse(\"http://u:p@h/\").without_user().string()") == "http://h/\n");
  CHECK(evaluate("url", "url.parse(\"http://[::1]:80/\").hostname()") == "::1\n");
  CHECK(fails("url", "url.parse(\"http://x:y/\")", "invalid port \":y\" after host"));
  CHECK(fails("url", "url.parse(\"://x\")", "missing protocol scheme"));
}

TEST_CASE("TOML tables stand behind what fits a line", "[ytt][modules]") {
  CHECK(evaluate("toml", "toml.encode({\"t\": {\"x\": [{\"y\": 1}]}, \"u\": 1e30, \"n\": None})") ==
        "|\n  u = 1000000000000000000000000000000.0\n\n  [t]\n\n    [[t.x]]\n      y = 1\n");
  CHECK(evaluate("toml", "toml.decode(\"b.c = 0x1F\\n[a]\\nx = [1, {y = 'z'}]\")") ==
        "  a:\n    x:\n    - 1\n    - \"y\": z\n  b:\n    c: 31\n");
  CHECK(fails("toml", "toml.decode(\"[x]\\na = 1.\")",
              "line 2 (last key \"x.a\"): Invalid float \"1.\""));
  CHECK(fails("toml", "toml.decode(\"a = [1\")", "but got end of file"));
}

TEST_CASE("regular expressions name their groups, and faults in Go's words", "[ytt][modules]") {
  CHECK(evaluate("regexp", "regexp.replace(\"(?<n>a)(b)?\", \"xaby\", \"[${n}$2$nope]\")") ==
        "x[ab]y\n");
  CHECK(evaluate("regexp", "regexp.replace(\"a*\", \"baac\", \"<$0>\")") == "<>b<aa>c<>\n");
  CHECK(fails("regexp", "regexp.match(\"(\", \"\")", "missing closing ): `(`"));
}

TEST_CASE("numbers and digests are computed", "[ytt][modules]") {
  CHECK(evaluate("math", "[math.ceil(1.2), math.round(2.5), math.log(8, 2)]") == "- 2\n- 3\n- 3\n");
  CHECK(fails("math", "math.floor(float(\"nan\"))", "cannot convert float NaN to integer"));
  CHECK(evaluate("md5", "md5.sum(\"abc\")") == "900150983cd24fb0d6963f7d28e17f72\n");
}
