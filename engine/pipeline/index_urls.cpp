#include <algorithm>
#include <array>

#include "base/suggest.h"
#include "base/text.h"
#include "pipeline/index.h"

namespace plumb::pipeline {

namespace {

constexpr std::string_view kPypi = "https://pypi.org/simple";

struct Flavor {
  std::string_view name;
  std::string_view host;  // empty: it has to be given, or is made of other keys
};
constexpr std::array<Flavor, 9> kFlavors{{{"kind", "host.docker.internal"},
                                          {"docker-desktop", "host.docker.internal"},
                                          {"k3d", "host.k3d.internal"},
                                          {"minikube", "192.168.49.1"},
                                          {"podman", "host.containers.internal"},
                                          {"minikube-crio", "host.containers.internal"},
                                          {"tunnel", ""},
                                          {"in-cluster", ""},
                                          {"external", ""}}};

constexpr std::array<std::string_view, 12> kKeys{
    "flavor",  "host",      "port",          "scheme",       "index", "publish",
    "service", "namespace", "clusterDomain", "extraIndexes", "pins",  "match"};
Span span_at(const yaml::Node& block, std::string_view key) {
  const yaml::Node* const value = yaml::find(block, key);
  return value ? value->span : block.span;
}

// Templates of a devpi server have keys of their own in the block, so only what looks like a typing
// mistake is one.
void check_keys(const yaml::Node& block) {
  for (const yaml::Entry& entry : block.entries) {
    const std::string_view key = entry.key->text;
    if (std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end() || !nearest(key, kKeys)) continue;
    fail("pipeline/unknown-key", entry.key->span, cat("unknown key '", key, "' in 'devpi'"),
         did_you_mean(key, kKeys), {std::string(key)});
  }
}

// The text of a scalar under a key, or `fallback` when it is absent or null.
std::string text_or(const yaml::Node& block, std::string_view key, std::string_view fallback) {
  const yaml::Node* const value = yaml::find(block, key);
  if (!value || value->is_null()) return std::string(fallback);
  if (!value->is_scalar() || value->text.empty())
    fail("pipeline/bad-index", value->span, cat("expected a text for 'devpi.", key, "'"));
  return std::string(value->text);
}

const Flavor& find_flavor(const yaml::Node& values, const yaml::Node& block) {
  std::string name = text_or(block, "flavor", yaml::text_at(values, {"cluster", "flavor"}));
  std::vector<std::string> names;
  for (const Flavor& flavor : kFlavors) names.emplace_back(flavor.name);
  if (name.empty())
    fail("pipeline/no-index", block.span, "'devpi.flavor' is missing",
         {{cat("it is one of ", join(names, ", "))}});
  for (const Flavor& flavor : kFlavors)
    if (flavor.name == name) return flavor;
  std::vector<Note> notes = did_you_mean(name, names);
  notes.push_back({cat("it is one of ", join(names, ", "))});
  fail("pipeline/unknown-flavor", span_at(block, "flavor"), cat("unknown flavor '", name, "'"),
       std::move(notes), {name});
}

// An address without its path.
struct Address {
  std::string scheme, host, port;
  std::string text() const {
    const bool bare_ipv6 = contains(host, ":") && !host.starts_with('[');
    const std::string name = bare_ipv6 ? cat('[', host, ']') : host;
    return cat(scheme, "://", name, port.empty() ? "" : ":", port);
  }
};

std::string host_of_pods(const yaml::Node& values, const yaml::Node& block, const Flavor& flavor) {
  if (flavor.name == "in-cluster") {
    const std::string_view cluster_domain = yaml::text_at(values, {"cluster", "domain"});
    return text_or(
        block, "host",
        cat(text_or(block, "service", "devpi"), '.', text_or(block, "namespace", "devpi"), ".svc.",
            text_or(block, "clusterDomain",
                    cluster_domain.empty() ? "cluster.local" : cluster_domain)));
  }
  const std::string host = text_or(block, "host", flavor.host);
  if (host.empty())
    fail("pipeline/no-host", block.span, cat("flavor '", flavor.name, "' needs 'devpi.host'"),
         {{flavor.name == "tunnel" ? "name the host whose port leads to the workstation"
                                   : "name the server, such as pypi.example.com"}},
         {std::string(flavor.name), "devpi.host"});
  return host;
}

void check_port(const yaml::Node& block, std::string_view port) {
  const auto number = to_integer(port);
  if (!port.empty() && (!number || *number < 1 || *number > 65535))
    fail("pipeline/bad-index", span_at(block, "port"),
         cat("expected a port from 1 to 65535, got '", port, "'"));
}

Address address_of(const yaml::Node& values, const yaml::Node& block, const Flavor& flavor) {
  Address address;
  address.host = host_of_pods(values, block, flavor);
  const bool is_external = flavor.name == "external";
  std::string scheme = is_external ? "https" : "http";
  std::string port = is_external ? "" : "3141";
  if (const std::size_t mark = address.host.find("://"); mark != std::string::npos) {
    scheme = address.host.substr(0, mark);
    address.host.erase(0, mark + 3);
    while (address.host.ends_with('/')) address.host.pop_back();
    port.clear();
  }
  if (const std::size_t colon = address.host.rfind(':');
      colon != std::string::npos && colon == address.host.find(':')) {
    port = address.host.substr(colon + 1);
    address.host.erase(colon);
  }
  address.scheme = text_or(block, "scheme", scheme);
  address.port = text_or(block, "port", port);
  check_port(block, address.port);
  if (address.scheme != "http" && address.scheme != "https")
    fail("pipeline/bad-index", span_at(block, "scheme"),
         cat("expected the scheme http or https, got '", address.scheme, "'"));
  if (address.host.empty() || address.host.find_first_of("/ @?#") != std::string::npos)
    fail("pipeline/bad-index", span_at(block, "host"),
         cat("expected a host's name in 'devpi.host', got '", address.host, "'"));
  return address;
}

// "root/dev" of "/root/dev/".
std::string index_path(const yaml::Node& block) {
  std::string path = text_or(block, "index", "root/dev");
  while (path.starts_with('/')) path.erase(0, 1);
  while (path.ends_with('/')) path.pop_back();
  if (path.ends_with("/+simple")) path.resize(path.size() - 8);
  const std::vector<std::string_view> parts = split(path, '/');
  if (parts.size() == 2 && !parts[0].empty() && !parts[1].empty()) return path;
  std::vector<Note> notes;
  if (path.ends_with("/simple"))
    notes.push_back({"devpi serves pip below '+simple/', which is added by itself"});
  fail("pipeline/bad-index", span_at(block, "index"),
       cat("expected USER/INDEX in 'devpi.index', got '", path, "'"), std::move(notes));
}

// Whether pip takes the host for this machine and trusts it.
bool is_loopback(std::string_view host) {
  return host == "localhost" || host.starts_with("127.") || host == "::1" || host == "[::1]";
}

// "host:port" of a plain http URL that is not on the machine itself, or "".
std::string trusted_host(std::string_view url) {
  if (!url.starts_with("http://")) return {};
  url.remove_prefix(7);
  std::string_view authority = url.substr(0, url.find('/'));
  authority.remove_prefix(authority.rfind('@') + 1);  // npos + 1 == 0
  const std::size_t colon = authority.rfind(':');
  const bool has_port = colon != std::string_view::npos && !authority.ends_with(']');
  return is_loopback(has_port ? authority.substr(0, colon) : authority) ? std::string()
                                                                        : std::string(authority);
}

std::string_view without_slash(std::string_view url) {
  while (url.ends_with('/')) url.remove_suffix(1);
  return url;
}

// An index that is listed already is not listed again.
void add_url(IndexUrls& urls, std::string url) {
  const auto same = [&](const std::string& other) {
    return without_slash(other) == without_slash(url);
  };
  if (same(urls.install_url) || std::any_of(urls.extra_urls.begin(), urls.extra_urls.end(), same))
    return;
  urls.extra_urls.push_back(std::move(url));
}

void add_extra_urls(IndexUrls& urls, const yaml::Node& block) {
  const yaml::Node* const extra = yaml::find(block, "extraIndexes");
  if (!extra || extra->is_null()) return add_url(urls, std::string(kPypi));
  if (!extra->is_sequence())
    fail("pipeline/bad-index", extra->span, "expected a list of URLs for 'devpi.extraIndexes'");
  for (const yaml::Node* const url : extra->items) {
    if (!url->is_string() || !contains(url->text, "://"))
      fail("pipeline/bad-index", url->span, "expected a URL in 'devpi.extraIndexes'");
    add_url(urls, std::string(url->text));
  }
}

void add_trusted_hosts(IndexUrls& urls) {
  std::vector<std::string> all{urls.install_url};
  all.insert(all.end(), urls.extra_urls.begin(), urls.extra_urls.end());
  for (const std::string& url : all) {
    std::string host = trusted_host(url);
    const auto& known = urls.trusted_hosts;
    if (!host.empty() && std::find(known.begin(), known.end(), host) == known.end())
      urls.trusted_hosts.push_back(std::move(host));
  }
}

void add_pins(IndexUrls& urls, const yaml::Node& block) {
  const yaml::Node* const pins = yaml::find(block, "pins");
  if (!pins || pins->is_null()) return;
  if (!pins->is_mapping())
    fail("pipeline/bad-index", pins->span, "expected packages and versions for 'devpi.pins'");
  for (const yaml::Entry& pin : pins->entries) {
    const std::string_view version = pin.value->text;
    if (!pin.value->is_string() || version.find_first_of("=<>!~") != 0)
      fail("pipeline/bad-index", pin.value->span,
           cat("expected a version such as '==1.0' for package '", pin.key->text, "'"));
    std::string name = lower(pin.key->text);
    std::replace_if(name.begin(), name.end(), [](char c) { return c == '_' || c == '.'; }, '-');
    urls.pins.insert_or_assign(std::move(name), std::string(version));
  }
}

// The server behind a port that leads to the workstation, or the one that everybody reaches.
std::string publish_url(const Address& pods, const Flavor& flavor, const std::string& index) {
  Address address = pods;
  if (flavor.name != "external") address.host = "localhost";
  return cat(address.text(), '/', index, '/');
}

}  // namespace

IndexUrls index_urls(const yaml::Node& values) {
  const yaml::Node* const block = yaml::find(values, "devpi");
  if (!block || !block->is_mapping())
    fail("pipeline/no-index", block ? block->span : values.span,
         "the environment's values have no block 'devpi'",
         {{"write 'devpi: {flavor: kind}' into the environment's values"}});
  check_keys(*block);
  const Flavor& flavor = find_flavor(values, *block);
  const Address address = address_of(values, *block, flavor);
  const std::string index = index_path(*block);
  IndexUrls urls;
  urls.span = block->span;
  urls.install_url = cat(address.text(), '/', index, "/+simple/");
  urls.publish_url = text_or(*block, "publish", publish_url(address, flavor, index));
  urls.match = text_or(*block, "match", "");
  add_extra_urls(urls, *block);
  add_trusted_hosts(urls);
  add_pins(urls, *block);
  return urls;
}

std::string devpi_env(const IndexUrls& urls) {
  // Kale adds PyPI behind what it is given.
  std::vector<std::string> indexes{urls.install_url};
  for (const std::string& url : urls.extra_urls)
    if (without_slash(url) != kPypi) indexes.push_back(url);
  return cat("# publish from the workstation to ", urls.publish_url, "\n", "KALE_DEV_MODE=1\n",
             "KALE_DEVPI_SIMPLE_URL=", urls.install_url, "\n",
             "KALE_PIP_INDEX_URLS=", join(indexes, ","), "\n",
             "KALE_PIP_TRUSTED_HOSTS=", join(urls.trusted_hosts, ","), "\n");
}

}  // namespace plumb::pipeline
