#include "pipeline/index.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

#include "base/text.h"
#include "yaml/emit.h"
#include "yaml/read.h"

namespace plumb::pipeline {

namespace {

struct Reader {
  SourceStore sources;
  Arena arena;
  yaml::Origins origins{true};

  const yaml::Node& read(std::string text, const std::string& name = "test.yaml") {
    const SourceId id = sources.add(name, std::move(text));
    return *yaml::read(sources, id, yaml::kKubernetesProfile, arena).documents[0].root;
  }
  IndexUrls urls(const std::string& block) { return index_urls(read("devpi: " + block)); }
  std::string code(const std::string& block) {
    try {
      urls(block);
    } catch (const Error& error) {
      return error.diagnostic().code;
    }
    return "";
  }
};

std::string text_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("each flavor of cluster has its own address of the index", "[pipeline][index]") {
  Reader reader;
  const auto install = [&](const std::string& block) { return reader.urls(block).install_url; };
  const std::string tail = ":3141/root/dev/+simple/";
  CHECK(install("{flavor: kind}") == "http://host.docker.internal" + tail);
  CHECK(install("{flavor: docker-desktop}") == "http://host.docker.internal" + tail);
  CHECK(install("{flavor: k3d}") == "http://host.k3d.internal" + tail);
  CHECK(install("{flavor: minikube}") == "http://192.168.49.1" + tail);
  CHECK(install("{flavor: podman}") == "http://host.containers.internal" + tail);
  CHECK(install("{flavor: tunnel, host: bastion}") == "http://bastion" + tail);
  CHECK(install("{flavor: in-cluster}") == "http://devpi.devpi.svc.cluster.local" + tail);
  CHECK(install("{flavor: external, host: pypi.example.com}") ==
        "https://pypi.example.com/root/dev/+simple/");
  CHECK(install("{flavor: external, host: 'https://pypi.example.com:8443/'}") ==
        "https://pypi.example.com:8443/root/dev/+simple/");
  CHECK(install("{flavor: kind, host: 172.18.0.1, port: 3142, index: /team/ci/}") ==
        "http://172.18.0.1:3142/team/ci/+simple/");
  CHECK(install("{flavor: in-cluster, service: d, namespace: n, clusterDomain: c.d}") ==
        "http://d.n.svc.c.d" + tail);
}

TEST_CASE("a flavor may come from the cluster's block", "[pipeline][index]") {
  Reader reader;
  const yaml::Node& values =
      reader.read("cluster: {flavor: in-cluster, domain: k.l}\ndevpi: {index: a/b}\n");
  CHECK(index_urls(values).install_url == "http://devpi.devpi.svc.k.l:3141/a/b/+simple/");
}

TEST_CASE("the workstation publishes to its own name of the server", "[pipeline][index]") {
  Reader reader;
  CHECK(reader.urls("{flavor: kind}").publish_url == "http://localhost:3141/root/dev/");
  CHECK(reader.urls("{flavor: tunnel, host: b}").publish_url == "http://localhost:3141/root/dev/");
  CHECK(reader.urls("{flavor: external, host: p.q}").publish_url == "https://p.q/root/dev/");
  CHECK(reader.urls("{flavor: kind, publish: 'http://x/'}").publish_url == "http://x/");
}

TEST_CASE("only plain http hosts elsewhere are trusted", "[pipeline][index]") {
  Reader reader;
  using Hosts = std::vector<std::string>;
  CHECK(reader.urls("{flavor: kind}").trusted_hosts == Hosts{"host.docker.internal:3141"});
  CHECK(reader.urls("{flavor: external, host: p.q}").trusted_hosts.empty());
  CHECK(reader.urls("{flavor: kind, host: localhost}").trusted_hosts.empty());
  CHECK(reader.urls("{flavor: kind, host: 'fd00::1'}").trusted_hosts == Hosts{"[fd00::1]:3141"});
}

TEST_CASE("an index is listed once", "[pipeline][index]") {
  Reader reader;
  using Urls = std::vector<std::string>;
  CHECK(reader.urls("{flavor: kind}").extra_urls == Urls{"https://pypi.org/simple"});
  CHECK(reader.urls("{flavor: kind, extraIndexes: []}").extra_urls.empty());
  CHECK(reader.urls("{flavor: kind, extraIndexes: ['https://a/s', 'https://a/s/']}").extra_urls ==
        Urls{"https://a/s"});
}

TEST_CASE("a block that says too little or too much is an error", "[pipeline][index]") {
  Reader reader;
  CHECK(reader.code("{}") == "pipeline/no-index");
  CHECK(reader.code("null") == "pipeline/no-index");
  CHECK(reader.code("{flavor: kindd}") == "pipeline/unknown-flavor");
  CHECK(reader.code("{flavor: tunnel}") == "pipeline/no-host");
  CHECK(reader.code("{flavor: external}") == "pipeline/no-host");
  CHECK(reader.code("{flavor: kind, prot: 1}") == "pipeline/unknown-key");
  CHECK(reader.code("{flavor: kind, port: no}") == "pipeline/bad-index");
  CHECK(reader.code("{flavor: kind, index: root/dev/simple}") == "pipeline/bad-index");
  CHECK(reader.code("{flavor: kind, scheme: ftp}") == "pipeline/bad-index");
}

TEST_CASE("devpi.env tells a notebook where its packages are", "[pipeline][index]") {
  Reader reader;
  CHECK(devpi_env(reader.urls("{flavor: kind}")) ==
        "# publish from the workstation to http://localhost:3141/root/dev/\n"
        "KALE_DEV_MODE=1\n"
        "KALE_DEVPI_SIMPLE_URL=http://host.docker.internal:3141/root/dev/+simple/\n"
        "KALE_PIP_INDEX_URLS=http://host.docker.internal:3141/root/dev/+simple/\n"
        "KALE_PIP_TRUSTED_HOSTS=host.docker.internal:3141\n");
}

TEST_CASE("an index is put into every form of a compiled pipeline", "[pipeline][rewrite]") {
  const std::filesystem::path cases =
      std::filesystem::path(PLUMB_TESTS_DIR) / "pipeline/cases/index";
  for (const char* const name : {"ir", "workflow", "launcher", "json", "wrapped_ir",
                                 "wrapped_workflow", "scheduled", "untouched"}) {
    Reader reader;
    const IndexUrls urls = reader.urls("{flavor: kind}");
    const yaml::Node& before = reader.read(text_of(cases / name / "in.yaml"));
    const std::string shown = yaml::emit(before, yaml::kPlumbOutput);
    const yaml::Node& after = *rewrite_indexes(reader.arena, reader.origins, before, urls);
    INFO(name);
    const std::string result = yaml::emit(after, yaml::kPlumbOutput);
    if (std::getenv("PLUMB_ACCEPT")) std::ofstream(cases / name / "out.yaml") << result;
    CHECK(result == text_of(cases / name / "out.yaml"));
    CHECK(yaml::emit(before, yaml::kPlumbOutput) == shown);  // the input is nobody's to write
    CHECK(rewrite_indexes(reader.arena, reader.origins, after, urls) == &after);
  }
}

TEST_CASE("a changed bootstrap blames the values, and knows what it was", "[pipeline][rewrite]") {
  Reader reader;
  const IndexUrls urls = reader.urls("{flavor: kind}");
  const yaml::Node& before = reader.read(
      "root: {}\ndeploymentSpec: {executors: {e: {container: {command: [sh, -c, 'pip install a && "
      "\"$0\" \"$@\"']}}}}\n");
  const yaml::Node& after = *rewrite_indexes(reader.arena, reader.origins, before, urls);
  const auto bootstrap = [](const yaml::Node& ir) {
    return yaml::find_path(ir, {"deploymentSpec", "executors", "e", "container", "command"})
        ->items[2];
  };
  const auto chain = reader.origins.chain(*bootstrap(after));
  REQUIRE(chain.size() == 2);
  CHECK(chain[0].span == bootstrap(before)->span);
  CHECK(chain[1].span == urls.span);
  CHECK(reader.origins.layer_of(chain[1]).kind == yaml::LayerKind::kIndexRewrite);
}

TEST_CASE("packages are pinned in the executors that are chosen", "[pipeline][rewrite]") {
  Reader reader;
  const IndexUrls urls =
      reader.urls("{flavor: kind, pins: {Kubeflow_Kale: ==2}, match: 'exec-f*'}");
  const std::string bootstrap =
      "[sh, -c, \"pip install 'kubeflow-kale==1' && \\\"$0\\\" \\\"$@\\\"\"]";
  const yaml::Node& before = reader.read(
      cat("root: {}\ndeploymentSpec: {executors: {exec-fit: {container: {command: ", bootstrap,
          "}}, exec-score: {container: {command: ", bootstrap, "}}}}\n"));
  const yaml::Node& after = *rewrite_indexes(reader.arena, reader.origins, before, urls);
  const auto script = [&](std::string_view executor) {
    return yaml::find_path(after, {"deploymentSpec", "executors", executor, "container", "command"})
        ->items[2]
        ->text;
  };
  CHECK(script("exec-fit")
            .ends_with("host.docker.internal:3141 'kubeflow-kale==2' && \"$0\" \"$@\""));
  CHECK(script("exec-score") == "pip install 'kubeflow-kale==1' && \"$0\" \"$@\"");
}

TEST_CASE("going back to the first index gives back the first text", "[pipeline][rewrite]") {
  Reader reader;
  const IndexUrls first = reader.urls("{flavor: external, host: a.b}");
  const IndexUrls second = reader.urls("{flavor: kind}");
  const yaml::Node& plain = reader.read(
      "root: {}\ndeploymentSpec: {executors: {e: {container: {command: [sh, -c, 'pip install a && "
      "\"$0\" \"$@\"']}}}}\n");
  const auto rewritten = [&](const yaml::Node& node, const IndexUrls& urls) -> const yaml::Node& {
    return *rewrite_indexes(reader.arena, reader.origins, node, urls);
  };
  const yaml::Node& start = rewritten(plain, first);
  CHECK_FALSE(yaml::equal(start, rewritten(start, second)));
  CHECK(yaml::equal(start, rewritten(rewritten(start, second), first)));
}

}  // namespace plumb::pipeline
