#include "render/builtin.h"

#include <catch2/catch.hpp>

#include "base/diagnostic.h"

namespace plumb::render {

TEST_CASE("what plumb ships is a directory each, whose files say where they come from",
          "[render][builtin]") {
  for (const char* name : {"builtin:argocd-app", "builtin:argocd-apps", "builtin:devpi",
                           "builtin:pipelines", "builtin:registry-mirror"}) {
    INFO(name);
    const files::Path directory = builtin_path({name, {}});
    const auto values = files::read(builtin_tree(), directory.child("values.yaml"));
    REQUIRE(values);
    CHECK(values->starts_with("#@data/values\n---\n"));
    CHECK(values->ends_with("\n"));
  }
  CHECK(builtin_tree().describe(*files::Path::parse("devpi/values.yaml")) ==
        "builtin:devpi/values.yaml");
}

TEST_CASE("one Application and many are made by one function", "[render][builtin]") {
  const auto text = [](const char* path) {
    return files::read(builtin_tree(), *files::Path::parse(path));
  };
  CHECK(text("argocd-app/application.lib.yml") == text("argocd-apps/application.lib.yml"));
}

TEST_CASE("an unknown name is answered with the near one", "[render][builtin]") {
  CHECK(is_builtin("builtin:x"));
  CHECK_FALSE(is_builtin("overlays/x"));
  for (const char* name :
       {"builtin:depvi", "builtin:", "builtin:devpi/values.yaml", "builtin:../x"}) {
    INFO(name);
    try {
      builtin_path({name, {}});
      FAIL("found");
    } catch (const Error& error) {
      CHECK(error.diagnostic().code == "render/unknown-builtin");
    }
  }
}

}  // namespace plumb::render
