#include "inputs.h"

#include <filesystem>
#include <fstream>
#include <sstream>

namespace plumb::bench {

namespace {

std::string number(std::size_t value) { return std::to_string(value); }

std::string deployment(std::size_t i) {
  const std::string name = "service-" + number(i);
  return "---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: " + name +
         "\n  namespace: team-" + number(i % 17) +
         "\n  labels:\n    app.kubernetes.io/name: " + name +
         "\n    app.kubernetes.io/part-of: shop\n    tier: \"" + number(i % 3) +
         "\"\n  annotations:\n    description: Answers the shop's requests for what is in stock, "
         "and tells the warehouse what was sold\n    example.com/runbook: "
         "https://wiki.example.com/teams/shop/runbooks/" +
         name + "#when-it-does-not-start" + "\nspec:\n  replicas: " + number(i % 7 + 1) +
         "\n  selector:\n    matchLabels:\n      app.kubernetes.io/name: " + name +
         "\n  template:\n    metadata:\n      labels:\n        app.kubernetes.io/name: " + name +
         "\n    spec:\n      # one container, and what it needs\n      containers:\n      - name: "
         "main\n"
         "        image: registry.example.com/shop/" +
         name + ":1." + number(i % 90) +
         ".0 # by the release\n        args: [\"--port\", \"8080\", \"--verbose\"]\n"
         "        command:\n        - sh\n        - -c\n        - |\n"
         "          set -eu\n          # settings that the image does not have\n"
         "          for file in /etc/shop/conf.d/*.conf; do\n"
         "            echo \"including $file\"\n            cat \"$file\" >> /tmp/shop.conf\n"
         "          done\n          until nc -z database.example.svc.cluster.local 5432; do\n"
         "            echo 'waiting for the database' && sleep 2\n          done\n"
         "          exec /usr/local/bin/shop --config /tmp/shop.conf \"$@\"\n        env:\n"
         "        - name: HOME\n          value: /srv\n        - name: POD_IP\n          "
         "valueFrom:\n"
         "            fieldRef:\n              fieldPath: status.podIP\n        ports:\n"
         "        - containerPort: 8080\n          name: http\n          protocol: TCP\n"
         "        resources:\n          limits: {cpu: 500m, memory: 256Mi}\n          requests:\n"
         "            cpu: 100m\n            memory: 128Mi\n        readinessProbe:\n"
         "          httpGet:\n            path: /healthz\n            port: http\n"
         "          periodSeconds: 10\n          initialDelaySeconds: 5\n      volumes:\n"
         "      - name: config\n        configMap:\n          name: " +
         name + "-config\n";
}

// The settings that the Deployment mounts.
std::string config_map(std::size_t i) {
  std::string out = "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: service-" +
                    number(i) + "-config\n  namespace: team-" + number(i % 17) +
                    "\ndata:\n  shop.conf: |\n";
  for (std::size_t shelf = 0; shelf < 24; ++shelf)
    out += "    location /shelf/" + number(shelf) + "/ { proxy_pass http://warehouse-" +
           number(i % 5) + ".example.svc:8080/v1/shelf/" + number(shelf) + "; }\n";
  return out;
}

std::string installed(std::size_t i) { return deployment(i) + config_map(i); }

std::string indented(std::size_t depth, const std::string& line) {
  return std::string(depth * 2, ' ') + line + "\n";
}

void append_property(std::string& out, std::size_t depth, std::size_t i) {
  out += indented(depth, "field" + number(i) + ":");
  out += indented(depth + 1, "description: |-");
  out += indented(depth + 2,
                  "Field " + number(i) + " tells how the thing is set up, and what happens");
  out += indented(depth + 2,
                  "when it is not; see https://example.com/docs/field#" + number(i) + " for");
  out += indented(depth + 2, "more than that.");
  if (i % 4 != 0 || depth > 24) {
    out += indented(depth + 1, "type: string");
    return;
  }
  out += indented(depth + 1, "properties:");
  for (std::size_t child = 1; child <= 3; ++child)
    append_property(out, depth + 2, i * 4 + child - (child == 2 ? 2 : 0));
  out += indented(depth + 1, "required:");
  out += indented(depth + 1, "- field1");
  out += indented(depth + 1, "type: object");
}

std::string definition(std::size_t i) {
  std::string out =
      "---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  "
      "name: things" +
      number(i) +
      ".example.com\nspec:\n  group: example.com\n  versions:\n  - name: v1\n    schema:\n      "
      "openAPIV3Schema:\n"
      "        properties:\n";
  for (std::size_t field = 0; field < 40; ++field) append_property(out, 5, field);
  return out + "        type: object\n    served: true\n    storage: true\n";
}

template <typename Make>
std::string repeat(std::size_t bytes, const Make& make) {
  std::string out;
  for (std::size_t i = 0; out.size() < bytes; ++i) out += make(i);
  return out;
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

std::string make_manifests(std::size_t bytes) { return repeat(bytes, installed); }
std::string make_definitions(std::size_t bytes) { return repeat(bytes, definition); }

std::string make_json(std::size_t bytes) {
  std::string out = "{\"kind\": \"List\", \"items\": [\n";
  out += repeat(bytes, [](std::size_t i) {
    return std::string(i == 0 ? "" : ",\n") + "{\"name\": \"item-" + number(i) +
           "\", \"spec\": {\"replicas\": " + number(i % 9) +
           ", \"paused\": false, \"weight\": 0.5, \"ports\": [80, 443], \"note\": "
           "\"line\\nline\"}}";
  });
  return out + "\n]}\n";
}

std::vector<Input> made_inputs(std::size_t bytes) {
  return {{"manifests, made", make_manifests(bytes)},
          {"definitions, made", make_definitions(bytes)},
          {"JSON, made", make_json(bytes)}};
}

std::vector<Input> real_inputs(const std::string& directory) {
  const std::vector<std::string> names{
      "argo-cd/ha-install.yaml",
      "kfp-manifests-1.7.0/third-party/argo/upstream/manifests/base/crds/full/"
      "argoproj.io_workflows.yaml",
      "argo-cd/manifests/crds/application-crd.yaml",
      "blumeops-after/manifests/tailscale-operator/operator.yaml"};
  std::vector<Input> inputs;
  for (const std::string& name : names) {
    const std::filesystem::path path = std::filesystem::path(directory) / name;
    if (std::filesystem::exists(path))
      inputs.push_back({path.filename().string(), read_file(path)});
  }
  return inputs;
}

const std::vector<Growth> kGrowths{
    {"bytes", make_manifests, 500'000},
    {"depth, flow", [](std::size_t n) { return std::string(n, '[') + std::string(n, ']') + "\n"; },
     2'000},
    {"depth, block",
     [](std::size_t n) {
       std::string out;
       for (std::size_t i = 0; i < n; ++i) out += std::string(i, ' ') + "a:\n";
       return out;
     },
     600},  // the text itself grows with the square of it: time is compared by byte
    {"keys",
     [](std::size_t n) {
       return repeat(n * 12, [](std::size_t i) { return "key" + number(i) + ": 1\n"; });
     },
     25'000},
    {"items",
     [](std::size_t n) { return repeat(n * 4, [](std::size_t) { return std::string("- a\n"); }); },
     50'000},
    {"documents",
     [](std::size_t n) {
       return repeat(n * 9, [](std::size_t) { return std::string("---\na: 1\n"); });
     },
     25'000},
    {"aliases",
     [](std::size_t n) {
       return "a: &a {b: 1}\nl:\n" +
              repeat(n * 5, [](std::size_t) { return std::string("- *a\n"); });
     },
     25'000},
    {"length of a scalar", [](std::size_t n) { return "a: " + std::string(n, 'x') + "\n"; },
     2'500'000},
    {"length of a line",
     [](std::size_t n) {
       return "[" +
              repeat(n, [](std::size_t i) { return (i == 0 ? "" : ", ") + std::string("ab"); }) +
              "]\n";
     },
     1'000'000},
    {"comments",
     [](std::size_t n) {
       return repeat(n * 10, [](std::size_t) { return std::string("# comment\n"); }) + "a: 1\n";
     },
     25'000},
};

}  // namespace plumb::bench
