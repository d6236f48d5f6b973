#include "pipeline/pip_command.h"

#include <catch2/catch.hpp>

namespace plumb::pipeline {

namespace {

const PipFlags kFlags{{{"--index-url", "http://h:1/+simple/"}, {"--trusted-host", "h:1"}}, {}};

std::string edited(std::string_view script, const PipFlags& flags = kFlags) {
  return apply_edits(script, pip_edits(script, flags));
}

}  // namespace

TEST_CASE("an index goes behind the word install", "[pipeline][pip]") {
  CHECK(
      edited("pip install -q 'a>=1; x<\"3\"' && \"$0\" \"$@\"") ==
      "pip install --index-url http://h:1/+simple/ --trusted-host h:1 -q 'a>=1; x<\"3\"' && \"$0\" "
      "\"$@\"");
  CHECK(edited("A=1 python3.11 -u -m pip --quiet install a") ==
        "A=1 python3.11 -u -m pip --quiet install --index-url http://h:1/+simple/ --trusted-host "
        "h:1 a");
  CHECK(edited("\"$tmp/venv/bin/pip3\" install a") ==
        "\"$tmp/venv/bin/pip3\" install --index-url http://h:1/+simple/ --trusted-host h:1 a");
}

TEST_CASE("flags of an earlier index go, in every spelling", "[pipeline][pip]") {
  const std::string wanted = "pip install --index-url http://h:1/+simple/ --trusted-host h:1 a b";
  CHECK(
      edited("pip install -i x a --index-url=y --extra-index-url 'z' b --trusted-host http://z/") ==
      wanted);
  CHECK(edited("pip install -ix a --extra-index-url \\\n  \"$U\" b") == wanted);
  CHECK(edited("pip install a b --index-url") == wanted);
  CHECK(edited(wanted) == wanted);
  CHECK(pip_edits(wanted, kFlags).empty());
}

TEST_CASE("every call of a script is edited", "[pipeline][pip]") {
  const std::string script =
      "(pip install a || pip install a --user) && if true; then pip install b; fi\npip install c";
  CHECK(count_pip_calls(script) == 4);
  CHECK(edited(edited(script)) == edited(script));
}

TEST_CASE("what only looks like a pip call is left alone", "[pipeline][pip]") {
  for (const char* const script :
       {"echo pip install a", "apt-get install python3-pip", "pip --version", "pip download a",
        "python3 -m ensurepip --user", "echo 'pip install a'", "echo \"x; pip install a\"",
        "# pip install a", "cat <<EOF\npip install a\nEOF", "cat <<-'E'\n\tpip install a\n\tE\n",
        "x=$(echo; pip install a)", "pip install 'a", "python3 setup.py install", "pipx install a"})
    CHECK(edited(script) == script);
}

TEST_CASE("a line that goes on is one command", "[pipeline][pip]") {
  const std::string once = edited("pip install\\\n  -q \\\n  a");
  CHECK(once == "pip install --index-url http://h:1/+simple/ --trusted-host h:1\\\n  -q \\\n  a");
  CHECK(edited(once) == once);
}

TEST_CASE("a redirection is no word of its command", "[pipeline][pip]") {
  CHECK(edited("pip install a 2>&1 >/dev/null --index-url x") ==
        "pip install --index-url http://h:1/+simple/ --trusted-host h:1 a 2>&1 >/dev/null");
}

TEST_CASE("an address with characters of the shell is quoted", "[pipeline][pip]") {
  CHECK(edited("pip install a", {{{"--index-url", "https://h/?a=1&b"}}, {}}) ==
        "pip install --index-url 'https://h/?a=1&b' a");
}

TEST_CASE("a pinned package gets its version", "[pipeline][pip]") {
  const PipFlags flags{{}, {{"kubeflow-kale", "==2"}}};
  CHECK(edited("pip install 'Kubeflow_Kale[x]==1; y' kubeflow-kale kubeflow-kale-x", flags) ==
        "pip install 'Kubeflow_Kale[x]==2; y' 'kubeflow-kale==2' kubeflow-kale-x");
  CHECK(edited("pip install 'kubeflow-kale==2' -i x", flags) ==
        "pip install 'kubeflow-kale==2' -i x");
}

TEST_CASE("the bootstrap is what the first shell runs", "[pipeline][pip]") {
  CHECK(bootstrap_index({"sh", "-c", "boot", "sh", "-ec", "writer", "source"}) == 2);
  CHECK(bootstrap_index({"/bin/bash", "-eo", "pipefail", "-c", "boot"}) == 4);
  CHECK(bootstrap_index({"python3", "-c", "program"}) == std::string_view::npos);
  CHECK(bootstrap_index({"sh", "script", "-c", "x"}) == std::string_view::npos);
  CHECK(bootstrap_index({"sh", "-c"}) == std::string_view::npos);
  CHECK(runs_the_rest("x && \"$0\" \"$@\"\n"));
  CHECK_FALSE(runs_the_rest("pip install a && python main.py"));
}

}  // namespace plumb::pipeline
