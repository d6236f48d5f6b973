#include "report/report.h"

#include <deque>

#include <catch2/catch.hpp>

#include "base/base64.h"
#include "base/text.h"
#include "yaml/json.h"
#include "yaml/read.h"

using namespace plumb;
using namespace plumb::report;

namespace {

// One unit of one environment, compared and reported.
struct Desk {
  SourceStore sources;
  std::deque<kube::ResourceSet> sets;
  std::deque<state::State> states;
  plan::Input input;
  Masker masker;
  plan::Plan plan;

  Desk(const std::string& base, const std::string& head, const std::string& live = "-") {
    plan::EnvironmentInput environment;
    environment.name = "prod";
    plan::UnitInput unit;
    unit.name = "u";
    unit.base = set("base.yaml", base);
    unit.head = set("a.yaml", head);
    environment.units.push_back(unit);
    if (live != "-") {
      states.push_back(state::read_text(sources, sources.add("live.yaml", live)));
      environment.live = &states.back();
      masker.add(states.back().set);
    }
    input.has_base = true;
    input.base = "git:main";
    input.live = "file:live.yaml";
    input.environments.push_back(std::move(environment));
    for (const kube::ResourceSet& set : sets) masker.add(set);
    plan = plan::make(input);
  }
  const kube::ResourceSet* set(const std::string& name, const std::string& text) {
    kube::ResourceSet& set = sets.emplace_back();
    for (const yaml::Document& document :
         yaml::read(sources, sources.add(name, text), yaml::kKubernetesProfile, *set.arena)
             .documents) {
      if (kube::is_object(*document.root)) {
        set.resources.push_back({kube::id_of(*document.root), document.root, {}});
      }
    }
    return &set;
  }
  Context context() { return {sources, masker, false}; }
  std::string show(Format format) { return write_plan(plan, format, context()); }
};

std::string config(std::string_view name, std::string_view value) {
  return cat("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: ", name,
             "}\ndata:\n  v: ", value, "\n");
}

std::string secret(std::string_view value) {
  return cat("---\napiVersion: v1\nkind: Secret\nmetadata: {name: s, annotations: {note: '", value,
             "'}}\nstringData: {password: '", value, "', pin: '12'}\n");
}

}  // namespace

TEST_CASE("a plan begins with its overview, and each change ends with its place",
          "[report][text]") {
  Desk desk(config("a", "one") + config("b", "same"), config("a", "two") + config("b", "same"));
  CHECK(desk.show(Format::kText) ==
        cat("plan: base git:main, head working tree, no live state: nothing is verified, drift is "
            "unknown\n"
            "1 to update, 1 unchanged\n"
            "  environment  unit  create  update  replace  delete  blocked\n"
            "  prod         u                  1\n"
            "\n"
            "~ ConfigMap/a: update  # u, a.yaml:2 (document)\n"
            "    ~ data.v: \"one\" → \"two\"  # git, a.yaml:6 (document)\n"
            "\n"
            "digest ",
            desk.plan.digest, "\n"));
}

TEST_CASE("a long text is shown by its lines, a long word by its parts", "[report][text]") {
  Desk desk(
      config("a", "|\n    one\n    two\n    three") + config("b", std::string(90, 'x') + "/1/y"),
      config("a", "|\n    one\n    2\n    three") + config("b", std::string(90, 'x') + "/2/y"));
  const std::string text = desk.show(Format::kText);
  CHECK(contains(
      text,
      "    ~ data.v:  # git, a.yaml:6 (document)\n          one\n    -     two\n    +     2\n"));
  CHECK(contains(text, "/[-1-]{+2+}/y"));
}

TEST_CASE("the same change of many objects is told once", "[report][text]") {
  std::string before, after;
  for (int i = 0; i < 5; ++i) {
    before += config(cat("c", i), "one");
    after += config(cat("c", i), "two");
  }
  Desk desk(before, after);
  const std::string text = desk.show(Format::kText);
  CHECK(contains(text, "~ 5 of kind ConfigMap: update: ConfigMap/c0, ConfigMap/c1"));
  CHECK(text.find("\"one\" → \"two\"") == text.rfind("\"one\" → \"two\""));
}

TEST_CASE("no secret leaves in any form, and equal values have equal marks", "[report][secrets]") {
  const std::string canary = "c4nary+/ \"value\"&x";
  const std::string quoted = "'" + canary + "'";
  Desk desk(secret("old-secret-1") + config("a", "plain") + config("k", "'gone: old-secret-1'"),
            secret(canary) + config("a", quoted) + config("b", base64_encode(canary)) +
                config("k", "'no more'") +
                config("url", "'https://u:c4nary%2B%2F%20%22value%22%26x@host/'"));
  for (const Format format : {Format::kText, Format::kJson, Format::kMarkdown, Format::kGithub,
                              Format::kSarif, Format::kJunit}) {
    const std::string text = desk.show(format);
    CAPTURE(format_name(format), text);
    CHECK_FALSE(contains(text, "c4nary"));
    CHECK_FALSE(contains(text, base64_encode(canary).substr(0, 12)));
    CHECK_FALSE(contains(text, "old-secret"));
    CHECK_FALSE(contains(text, base64_encode("old-secret-1").substr(0, 10)));
  }
  const std::string text = write_diff(desk.plan, Format::kText, desk.context());
  CHECK_FALSE(contains(text, "c4nary"));
  const std::string mark = desk.masker.mark_of(base64_encode(canary), true);
  CHECK(contains(text, cat("data.password: \"", desk.masker.mark_of("old-secret-1", false),
                           "\" → \"", mark, "\"")));
  CHECK(contains(text, cat("data.v: \"plain\" → \"", mark, "\"")));
  CHECK(desk.masker.mask(canary) == mark);
}

TEST_CASE("short values and everyday words are masked by their place only", "[report][secrets]") {
  Masker masker;
  masker.add_value("12");
  masker.add_value("true");
  masker.add_value("admin");
  CHECK(masker.mask("port 12 is true for the administrator") ==
        "port 12 is true for the administrator");
  CHECK_FALSE(contains(masker.mask("user admin, please"), "admin"));
}

TEST_CASE("what every document has is masked by its place only", "[report][secrets]") {
  Masker masker;
  for (const char* const value :
       {"true", "False", "null", "none", "disabled", "8080", "65535", "-0.25", "", "yes", "off"})
    masker.add_value(value);
  const std::string text = "enabled: true, port 8080 of 65535, -0.25, null, False, disabled";
  CHECK(masker.mask(text) == text);
  masker.add_value("493021");
  CHECK(masker.mask("pin 493021, not 4930211") == "pin ‹secret 1›, not 4930211");
}

TEST_CASE("names stay readable, and no token hides in them", "[report][secrets]") {
  Masker masker;
  for (const char* const value :
       {"shop", "customer-accounts", "imagePullPolicy", "v1beta1", "db.shop.svc:5432", "3f9a8c17e2",
        "aHVudGVyMg", "pass word", "hunter2!"})
    masker.add_value(value);
  for (const char* const name : {"Deployment/shop/customer-accounts-db", "overlays/shop/a.yaml:3",
                                 "spec.containers[name=shop].imagePullPolicy", "v1beta1"})
    CHECK(masker.mask_name(name) == name);
  for (const char* const text : {"shop", "u:customer-accounts@db", "at db.shop.svc:5432/x"})
    CHECK(contains(masker.mask(text), "‹secret "));
  for (const char* const name :
       {"web-3f9a8c17e2", "x/aHVudGVyMg/y", "a.yaml (pass word)", "hunter2!"})
    CHECK(contains(masker.mask_name(name), "‹secret "));
}

TEST_CASE("a secret of any bytes does not break a character", "[report][secrets]") {
  Masker masker;
  masker.add_value(
      "\xA9"
      "abcdefgh");
  CHECK(masker.mask("\xC3\xA9"
                    "abcdefgh") ==
        "\xC3\xA9"
        "abcdefgh");
  masker.add_value("abcdefgh");
  CHECK(masker.mask("\xC3\xA9"
                    "abcdefgh") == "\xC3\xA9‹secret 2›");
}

TEST_CASE("an object that is named in a sentence keeps its name", "[report][secrets]") {
  Desk desk(config("shop", "one") + secret("shop"), config("shop", "two") + secret("shop"));
  CHECK(desk.masker.mask("after ConfigMap/shop, which holds shop") ==
        "after ConfigMap/shop, which holds ‹secret 1›");
  CHECK(desk.masker.mask("ConfigMap/shop/x") == "ConfigMap/‹secret 1›/x");
  // However long the stretch is.
  const std::string path = replace_all(std::string(20'000, '.'), ".", "shop/");
  CHECK_FALSE(contains(desk.masker.mask(path), "shop"));
}

TEST_CASE("a value that is also a name is masked as a value, in every format",
          "[report][secrets]") {
  const auto objects = [](std::string_view value, std::string_view other) {
    return cat(
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop, namespace: shop}\ndata: "
        "{shop: '",
        other,
        "', plumb: a, error: 'true'}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: "
        "db, namespace: shop}\nstringData: {a: ",
        value, ", b: plumb, c: 'true', d: ConfigMap, e: update, f: format_version, g: error}\n");
  };
  Desk desk(objects("shop", "u:shop@db"), objects("else", "u:else@db"));
  const std::string text = desk.show(Format::kText);
  CHECK(contains(text, "~ ConfigMap/shop/shop: update  # u, a.yaml:2 (document)"));
  CHECK(contains(text, "~ data.shop: \"u:‹secret 1›@db\" → \"u:‹secret 7›@db\""));
  CHECK(contains(text, "data.a: \"‹secret 1›\" → \"‹secret 7›\""));
  for (const Format format : {Format::kText, Format::kJson, Format::kMarkdown, Format::kGithub,
                              Format::kSarif, Format::kJunit}) {
    CAPTURE(format_name(format), desk.show(format));
    CHECK_FALSE(contains(desk.show(format), "u:shop@db"));
    CHECK_FALSE(contains(desk.show(format), "u:else@db"));
  }
  Arena arena;
  const yaml::Node& document = *yaml::read_json(desk.show(Format::kJson), {}, arena);
  CHECK(yaml::text_at(document, {"format_version"}) == "plumb.plan/v1alpha1");
  const yaml::Node& step =
      *yaml::find(*yaml::find(document, "environments")->items[0], "steps")->items[0];
  CHECK(yaml::text_at(step, {"resource", "kind"}) == "ConfigMap");
  CHECK(yaml::text_at(step, {"resource", "namespace"}) == "shop");
  CHECK(yaml::text_at(step, {"verb"}) == "update");
  const Diagnostic finding{Severity::kError, "x/error", {}, "expected 'shop' for error", {}, {}};
  CHECK(write_diagnostic(finding, desk.context()) ==
        "error: expected '‹secret 1›' for ‹secret 6› [x/error]\n");
}

TEST_CASE("fields that plumb.yaml calls sensitive are secrets", "[report][secrets]") {
  const std::vector<std::string> fields{"ConfigMap/a data.v"};
  Masker masker(fields);
  Desk desk(config("a", "token-one"), config("a", "token-two"));
  for (const kube::ResourceSet& set : desk.sets) masker.add(set);
  const std::string text = write_plan(desk.plan, Format::kText, {desk.sources, masker});
  CHECK_FALSE(contains(text, "token-"));
  CHECK(contains(text, "‹secret 1› → ‹secret 2›") == false);  // they stand in quotes
  CHECK(contains(text, "\"‹secret 1›\" → \"‹secret 2›\""));
  CHECK_THROWS_AS(Masker(std::vector<std::string>{"nonsense"}), Error);
}

TEST_CASE("a diagnostic is masked too", "[report][secrets]") {
  SourceStore sources;
  Masker masker;
  masker.add_value("hunter22");
  CHECK_FALSE(
      contains(write_diagnostic({Severity::kError, "x/y", {}, "cannot use 'hunter22'", {}, {}},
                                {sources, masker}),
               "hunter22"));
}

TEST_CASE("JSON is a document that says what the text says", "[report][json]") {
  Desk desk(config("a", "one"), config("a", "two") + config("b", "x"), config("a", "three"));
  Arena arena;
  const std::string text = desk.show(Format::kJson);
  const yaml::Node& document = *yaml::read_json(text, {}, arena);
  CHECK(yaml::text_at(document, {"format_version"}) == "plumb.plan/v1alpha1");
  CHECK(yaml::text_at(document, {"digest"}) == desk.plan.digest);
  const yaml::Node& step =
      *yaml::find(*yaml::find(document, "environments")->items[0], "steps")->items[0];
  CHECK(yaml::text_at(step, {"verb"}) == "update");
  const yaml::Node& change = *yaml::find(step, "changes")->items[0];
  CHECK(yaml::text_at(change, {"path"}) == "data.v");
  CHECK(yaml::text_at(change, {"pointer"}) == "/data/v");
  CHECK(yaml::text_at(change, {"cause"}) == "both");
  CHECK(yaml::text_at(change, {"source", "line"}) == "6");
  // A plan that was saved is fresh against itself.
  CHECK(plan::check(text, {}, desk.plan).fresh);
  const yaml::Node& diff =
      *yaml::read_json(arena.copy(write_diff(desk.plan, Format::kJson, desk.context())), {}, arena);
  CHECK(yaml::text_at(diff, {"format_version"}) == "plumb.diff/v1alpha1");
}

TEST_CASE("a number that is a secret does not break JSON", "[report][json]") {
  Desk desk(secret("543210") +
                "---\napiVersion: x.io/v1\nkind: X\nmetadata: {name: x}\nspec: {port: 543210}\n",
            secret("543211") +
                "---\napiVersion: x.io/v1\nkind: X\nmetadata: {name: x}\nspec: {port: 543211}\n");
  Arena arena;
  const std::string text = desk.show(Format::kJson);
  CHECK_NOTHROW(yaml::read_json(text, {}, arena));
  CHECK_FALSE(contains(text, " 543210"));
}

TEST_CASE("Markdown comes in pages, the overview first", "[report][markdown]") {
  std::string after;
  for (int i = 0; i < 60; ++i) {
    std::string value = "|\n";
    for (int line = 0; line < 40; ++line) value += cat("    line ", line, " of ", i, " ```\n");
    after += config(cat("c", i), value);
  }
  std::string before = after;
  for (std::size_t at = 0; (at = before.find("line 20", at)) != std::string::npos; ++at) {
    before.replace(at, 7, "line xx");
  }
  Desk desk(before, after);
  const std::vector<std::string> pages = plan_pages(desk.plan, desk.context(), 4000);
  REQUIRE(pages.size() > 3);
  CHECK(contains(pages[0], "| prod | u |  | 60 |"));
  for (std::size_t i = 0; i < pages.size(); ++i) {
    CHECK(pages[i].size() <= 4000);
    CHECK(pages[i].starts_with(cat("<!-- plumb:plan ", i + 1, "/", pages.size(), " -->")));
    CHECK(contains(pages[i], "````diff") == true);
  }
}

TEST_CASE("refusals and drift are findings at the place that is to blame", "[report][findings]") {
  const std::string claim =
      "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\nspec: {}\n";
  Desk desk(claim + config("a", "one"), config("a", "one"), claim + config("a", "two"));
  const std::string github = desk.show(Format::kGithub);
  CHECK(contains(github, "::error file=base.yaml,line=2,col=1,title=plan/delete-claim::"));
  CHECK(contains(github, "::warning file=a.yaml,line=6,col=6,title=plan/drift::"));
  CHECK(contains(write_diff(desk.plan, Format::kGithub, desk.context()),
                 "title=diff/difference::prod: ConfigMap/a differs%0Adata.v: drift"));
  CHECK_THROWS_AS(write_diff(desk.plan, Format::kSarif, desk.context()), Error);
  CHECK(contains(desk.show(Format::kJunit), "failures=\"1\""));
  Arena arena;
  const std::string sarif = desk.show(Format::kSarif);
  CHECK(yaml::text_at(*yaml::read_json(sarif, {}, arena), {"version"}) == "2.1.0");
}

TEST_CASE("GitHub shows ten of a level, and hears how many there are more", "[report][findings]") {
  SourceStore sources;
  Masker masker;
  Diagnostics findings(25, {Severity::kError, "x/y", {}, "100% wrong\nhere", {}, {}});
  const std::string text = write_findings(findings, {}, Format::kGithub, {sources, masker});
  CHECK(contains(text, "::error title=x/y::100%25 wrong%0Ahere\n"));
  CHECK(contains(text, "15 more findings"));
  CHECK(split(text, '\n').size() == 12);
}

TEST_CASE("colours are there when asked for", "[report][text]") {
  Desk desk("", config("a", "one"));
  Context context = desk.context();
  CHECK_FALSE(contains(write_plan(desk.plan, Format::kText, context), "\x1b["));
  context.color = true;
  CHECK(contains(write_plan(desk.plan, Format::kText, context), "\x1b[32m+ ConfigMap/a"));
}
