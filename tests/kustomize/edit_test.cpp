#include "kustomize/edit/edit.h"

#include <filesystem>
#include <fstream>
#include <map>

#include <catch2/catch.hpp>
#include <unistd.h>

#include "base/text.h"

using namespace plumb;
using namespace plumb::kustomize;

namespace {

namespace fs = std::filesystem;
using Texts = std::map<std::string, std::string>;

// A directory that commands run in.
class Workbench {
 public:
  explicit Workbench(const Texts& files) {
    char name[] = "/tmp/plumb-edit-XXXXXX";
    root_ = fs::canonical(mkdtemp(name));
    for (const auto& [path, text] : files) {
      fs::create_directories((root_ / path).parent_path());
      std::ofstream(root_ / path) << text;
    }
  }
  ~Workbench() { fs::remove_all(root_); }
  Workbench(const Workbench&) = delete;
  Workbench& operator=(const Workbench&) = delete;

  // The first word is `edit` or `create`; the rest goes by blanks. The exit status.
  int run(std::string_view line) {
    std::vector<std::string> words;
    for (const std::string_view word : split(line, ' ')) words.emplace_back(word);
    SourceStore sources;
    const auto tree = files::open_disk("/");
    edit::Place place{*tree, root_.string(), sources};
    streams_ = {};
    const auto rest = std::span<const std::string>(words).subspan(1);
    return words[0] == "edit" ? edit::run_edit(rest, place, streams_)
                              : edit::run_create(rest, place, streams_);
  }
  // What the file is after a command that is expected to succeed.
  std::string after(std::string_view line) {
    const int status = run(line);
    INFO(streams_.err);
    CHECK(status == 0);
    return text();
  }
  // The first line of the error of a command that is expected to fail.
  std::string failure(std::string_view line) {
    CHECK(run(line) == 1);
    return streams_.err.substr(0, streams_.err.find('\n'));
  }
  std::string text(const std::string& path = "kustomization.yaml") const {
    std::ifstream in(root_ / path);
    return {std::istreambuf_iterator<char>(in), {}};
  }

 private:
  fs::path root_;
  DoorStreams streams_;
};

const std::string kHead = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n";

std::string edited(const std::string& text, std::string_view line) {
  return Workbench({{"kustomization.yaml", text}}).after(line);
}

}  // namespace

TEST_CASE("an edit touches nothing but what it changes", "[kustomize][edit]") {
  const std::string text =
      "# who owns this\napiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n\n"
      "resources:   # in this order\n  - b.yaml   # first\n  - a.yaml\n\n"
      "images:\n  - name: nginx   # the proxy\n    newTag: \"1.0\"  # bumped by CI\n"
      "namePrefix: 'x-'\n";
  CHECK(edited(text, "edit set image nginx:1.1") == replace_all(text, "\"1.0\"", "\"1.1\""));
  CHECK(edited(text, "edit set nameprefix y-") == replace_all(text, "'x-'", "'y-'"));
  CHECK(edited(text, "edit set namespace shop") == text + "namespace: shop\n");
  CHECK(edited(text, "edit remove resource a.yaml") == replace_all(text, "  - a.yaml\n", ""));
  CHECK(edited(text, "edit set image nginx:1.0") == text);
}

TEST_CASE("images are set by name, tag and digest, and '*' keeps a part", "[kustomize][edit]") {
  CHECK(edited(kHead, "edit set image nginx=my/proxy:2 alpine@sha256:ab") ==
        kHead +
            "images:\n- digest: sha256:ab\n  name: alpine\n"
            "- name: nginx\n  newName: my/proxy\n  newTag: \"2\"\n");
  const std::string text = kHead + "images:\n- name: a\n  newName: b\n  newTag: \"1\"\n";
  CHECK(edited(text, "edit set image a=*:2") == replace_all(text, "\"1\"", "\"2\""));
  CHECK(edited(text, "edit set image a=c:*") == replace_all(text, "newName: b", "newName: c"));
  CHECK(edited(text, "edit set image a@sha256:00") ==
        kHead + "images:\n- digest: sha256:00\n  name: a\n");
}

TEST_CASE("lists and maps get their entries, once", "[kustomize][edit]") {
  Workbench bench({{"kustomization.yaml", kHead}, {"a.yaml", ""}, {"b.yaml", ""}});
  CHECK(bench.after("edit add resource *.yaml") == kHead + "resources:\n- a.yaml\n- b.yaml\n");
  CHECK(bench.after("edit add resource a.yaml") == kHead + "resources:\n- a.yaml\n- b.yaml\n");
  CHECK(bench.after("edit remove resource ?.yaml") == kHead);
  CHECK(bench.after("edit add label b:1 a:2") == kHead + "commonLabels:\n  a: \"2\"\n  b: \"1\"\n");
  CHECK(bench.failure("edit add label a:3") ==
        "Error: label a already in kustomization file. Use --force to override.");
  CHECK(bench.after("edit add label -f a:x") == kHead + "commonLabels:\n  a: \"x\"\n  b: \"1\"\n");
  CHECK(bench.after("edit remove label a,b") == kHead);
  CHECK(bench.after("edit set replicas web=3 api=2") ==
        kHead + "replicas:\n- count: 2\n  name: api\n- count: 3\n  name: web\n");
}

TEST_CASE("generators get sources that are there", "[kustomize][edit]") {
  Workbench bench({{"kustomization.yaml", kHead}, {"app.env", "A=1\n"}});
  CHECK(bench.after("edit add configmap app --from-env-file=app.env") ==
        kHead + "configMapGenerator:\n- envs:\n  - app.env\n  name: app\n");
  CHECK(bench.failure("edit add configmap other --from-env-file=gone.env")
            .starts_with("Error: failed to create configmap: "));
  CHECK(bench.after("edit add secret s --from-literal=k=v --disableNameSuffixHash")
            .ends_with("secretGenerator:\n- literals:\n  - k=v\n  name: s\n  options:\n"
                       "    disableNameSuffixHash: true\n  type: Opaque\n"));
  CHECK(contains(bench.after("edit set secret s --from-literal=k=w"), "  - k=w\n"));
  CHECK(bench.failure("edit set secret s --from-literal=x=w") ==
        "Error: failed to create secret: failed to update literal sources: key 'x' not found in "
        "resource");
  CHECK(bench.after("edit remove secret s").ends_with("name: app\n"));
}

TEST_CASE("what is deprecated moves to its new place", "[kustomize][edit]") {
  Workbench bench(
      {{"kustomization.yaml",
        kHead + "resources:\n- a.yaml\ncommonLabels:\n  app: x\npatchesStrategicMerge:\n"
                "- p.yaml\n"},
       {"a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"},
       {"p.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"}});
  CHECK(bench.after("edit fix") ==
        kHead +
            "resources:\n- a.yaml\nlabels:\n- includeSelectors: true\n  pairs:\n    app: x\n"
            "patches:\n- path: p.yaml\n");
}

TEST_CASE("a kustomization is made from what is there", "[kustomize][edit]") {
  const std::string object = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
  Workbench bench({{"a.yaml", object},
                   {"notes.txt", "no object"},
                   {"base/kustomization.yaml", kHead + "resources: [b.yaml]\n"},
                   {"base/b.yaml", object}});
  CHECK(bench.after("create --autodetect --recursive --namespace shop --labels a:b") ==
        kHead + "resources:\n- a.yaml\n- base\nnamespace: shop\ncommonLabels:\n  a: b\n");
  CHECK(bench.failure("create") == "Error: kustomization file already exists");
}

TEST_CASE("words that make no sense are refused and nothing is written", "[kustomize][edit]") {
  Workbench bench({{"kustomization.yaml", kHead}});
  CHECK(bench.failure("edit set image nginx")
            .starts_with("Error: invalid format of image, use one of"));
  CHECK(bench.failure("edit set replicas web=x") ==
        "Error: invalid format of replica, use the following format: <name>=<count>");
  CHECK(bench.failure("edit set namespace a b") ==
        "Error: must specify exactly one namespace value");
  CHECK(bench.failure("edit set namespace --loud x") == "Error: unknown flag: --loud");
  CHECK(bench.failure("edit add base gone") == "Error: gone does not exist");
  CHECK(bench.failure("edit remove label a") ==
        "Error: commonLabels is not defined in kustomization file");
  CHECK(bench.text() == kHead);
  CHECK(Workbench({}).failure("edit set namespace a") ==
        "Error: Missing kustomization file 'kustomization.yaml'.");
}

TEST_CASE("patterns mean what they mean in Go", "[kustomize][edit]") {
  CHECK(edit::matches("*.yaml", "a.yaml"));
  CHECK_FALSE(edit::matches("*.yaml", "d/a.yaml"));
  CHECK(edit::matches("*/a*b?.yaml", "d/axxbc.yaml"));
  CHECK(edit::matches("[a-c]\\*[^x]", "b*y"));
  CHECK_FALSE(edit::matches("[a-c]", "d"));
  CHECK_FALSE(edit::matches("a*a*a*a*a*a*a*a*b", std::string(200, 'a')));
}
