#include "state/kubeconfig.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>

#include <fcntl.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/diagnostic.h"
#include "base/suggest.h"
#include "base/text.h"
#include "yaml/emit.h"
#include "yaml/read.h"

namespace plumb::state {

namespace {

using yaml::Node;

[[noreturn]] void fail_config(Span place, std::string text, std::vector<Note> notes = {}) {
  fail("state/kubeconfig", place, std::move(text), std::move(notes));
}

// ---- reading fields ----

// A field as it stands in a file.
std::string text_of(const Node& mapping, std::string_view key) {
  const Node* const value = yaml::find(mapping, key);
  if (value == nullptr || value->is_null()) return {};
  if (!value->is_scalar()) fail_config(value->span, cat("expected a text for '", key, "'"));
  return std::string(value->text);
}

bool flag_of(const Node& mapping, std::string_view key) {
  const Node* const value = yaml::find(mapping, key);
  if (value == nullptr || value->is_null()) return false;
  const std::optional<bool> flag = yaml::as_boolean(*value);
  if (!flag) fail_config(value->span, cat("expected true or false for '", key, "'"));
  return *flag;
}

const List<Node*>& items_of(const Node& mapping, std::string_view key) {
  static const List<Node*> kNone;
  const Node* const value = yaml::find(mapping, key);
  if (value == nullptr || value->is_null()) return kNone;
  if (!value->is_sequence()) fail_config(value->span, cat("expected a list for '", key, "'"));
  return value->items;
}

Span place_of(const Node& mapping, std::string_view key) {
  const Node* const value = yaml::find(mapping, key);
  return value == nullptr ? mapping.span : value->span;
}

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

std::string from(const std::string& directory, const std::string& path) {
  return path.starts_with('/') ? path : cat(directory, "/", path);
}

// ---- the merged files ----

struct Found {
  const Node* node = nullptr;
  std::string directory;  // of the file that it stands in
};
using Table = std::map<std::string, Found, std::less<>>;

class Files {
 public:
  Files(SourceStore& sources, const World& world) : sources_(sources), world_(world) {
    for (const std::string& path : paths()) add(path);
  }

  bool any() const { return any_; }
  std::string listed() const { return join(std::span<const std::string>(tried_), ", "); }
  const std::string& current() const { return current_; }
  const Table& contexts() const { return contexts_; }
  const Found* cluster(std::string_view name) const { return look(clusters_, name); }
  const Found* user(std::string_view name) const { return look(users_, name); }
  const Found* context(std::string_view name) const { return look(contexts_, name); }

 private:
  std::vector<std::string> paths() {
    const std::string listed = world_.variable("KUBECONFIG").value_or("");
    std::vector<std::string> paths;
    for (const std::string_view path : split(listed, ':'))
      if (!path.empty()) paths.push_back(from(world_.working_directory, std::string(path)));
    const auto home = world_.variable("HOME");
    if (listed.empty() && home) paths.push_back(cat(*home, "/.kube/config"));
    return paths;
  }

  void add(const std::string& path) {
    tried_.push_back(path);
    std::optional<std::string> text = read_machine_file(path, {});
    if (!text) return;
    any_ = true;
    const SourceId id = sources_.add_secret(path, std::move(*text));
    const Node* const root = read_root(id);
    if (root == nullptr) return;
    if (!root->is_mapping()) fail_config(root->span, "expected a kubeconfig, a mapping");
    if (current_.empty()) current_ = text_of(*root, "current-context");
    take(*root, "clusters", "cluster", directory_of(path), clusters_);
    take(*root, "users", "user", directory_of(path), users_);
    take(*root, "contexts", "context", directory_of(path), contexts_);
  }

  const Node* read_root(SourceId id) {
    const yaml::Stream stream = documents(id);
    const Node* const root = stream.documents.empty() ? nullptr : stream.documents[0].root;
    return root == nullptr || root->is_null() ? nullptr : root;
  }

  // The reader's own words quote what it found, and that may be a token.
  yaml::Stream documents(SourceId id) {
    try {
      return yaml::read(sources_, id, yaml::kKubernetesProfile, arena_);
    } catch (const Error& error) {
      const Diagnostic& mistake = error.diagnostic();
      if (!mistake.code.starts_with("yaml/")) throw;
      fail_config(mistake.span, "expected a kubeconfig, found a mistake in its YAML",
                  {{cat("the mistake is ", mistake.code)}});
    }
  }

  // A name twice in one file is a mistake; in a later file it is passed over.
  static void take(const Node& root, std::string_view list, std::string_view what,
                   const std::string& directory, Table& table) {
    std::map<std::string, Span> here;
    for (const Node* const item : items_of(root, list)) {
      const std::string name = text_of(*item, "name");
      const auto [seen, fresh] = here.emplace(name, item->span);
      if (!fresh)
        fail_config(item->span, cat(what, " '", name, "' is there twice"),
                    {{"first here", seen->second}});
      const Node* const body = yaml::find(*item, what);
      table.emplace(name, Found{body != nullptr && body->is_mapping() ? body : item, directory});
    }
  }

  static const Found* look(const Table& table, std::string_view name) {
    const auto found = table.find(name);
    return found == table.end() ? nullptr : &found->second;
  }

  SourceStore& sources_;
  const World& world_;
  Arena arena_;
  bool any_ = false;
  std::vector<std::string> tried_;
  std::string current_;
  Table clusters_, users_, contexts_;
};

std::vector<std::string> names_of(const Table& table) {
  std::vector<std::string> names;
  for (const auto& [name, found] : table) names.push_back(name);
  return names;
}

// ---- one context ----

class Reader {
 public:
  Reader(const Found& cluster, const Found& user) : cluster_(cluster), user_(user) {}

  Connection read() {
    result_.cluster_place = cluster_.node->span;
    result_.user_place = user_.node == nullptr ? Span() : user_.node->span;
    read_cluster();
    if (user_.node != nullptr) read_user();
    read_server();
    return std::move(result_);
  }

 private:
  // The text of KEY-data, in base64, else the content of the file that KEY names.
  static std::string content_of(const Found& found, const std::string& key) {
    const std::string data = text_of(*found.node, key + "-data");
    if (!data.empty()) {
      std::optional<std::string> content = base64_decode(data);
      if (!content)
        fail_config(place_of(*found.node, key + "-data"),
                    cat("expected base64 for '", key, "-data'"));
      return std::move(*content);
    }
    const std::string path = text_of(*found.node, key);
    if (path.empty()) return {};
    const Span place = place_of(*found.node, key);
    std::optional<std::string> content = read_machine_file(from(found.directory, path), place);
    if (!content) fail_config(place, cat("no file '", from(found.directory, path), "'"));
    return std::move(*content);
  }

  void read_cluster() {
    const Node& node = *cluster_.node;
    files::HttpSettings& http = result_.http;
    http.authorities = content_of(cluster_, "certificate-authority");
    http.insecure = flag_of(node, "insecure-skip-tls-verify");
    if (http.insecure && !http.authorities.empty())
      fail_config(place_of(node, "insecure-skip-tls-verify"),
                  "a certificate authority and insecure-skip-tls-verify exclude each other");
    http.server_name = text_of(node, "tls-server-name");
    http.compressed = !flag_of(node, "disable-compression");
    http.proxy = text_of(node, "proxy-url");
    const std::string_view scheme = std::string_view(http.proxy).substr(0, http.proxy.find("://"));
    if (!http.proxy.empty() && scheme != "http" && scheme != "https" && scheme != "socks5")
      fail_config(
          place_of(node, "proxy-url"),
          cat("expected http://, https:// or socks5:// for 'proxy-url', got '", scheme, "'"));
  }

  void read_server() {
    const Node& node = *cluster_.node;
    std::string server = text_of(node, "server");
    if (server.empty()) fail_config(node.span, "the cluster has no 'server'");
    const files::HttpSettings& http = result_.http;
    const bool safe = !http.authorities.empty() || http.insecure || !http.certificate.empty();
    if (!contains(server, "://")) server = cat(safe ? "https://" : "http://", server);
    while (server.ends_with('/')) server.pop_back();
    result_.server = std::move(server);
  }

  void read_user() {
    const Node& node = *user_.node;
    if (const Node* const provider = yaml::find(node, "auth-provider");
        provider != nullptr && !provider->is_null())
      fail("state/auth-provider", provider->span,
           cat("the auth-provider '", text_of(*provider, "name"), "' is no longer supported"),
           {{"use an exec plugin, as the cluster's provider describes"}});
    result_.http.certificate = content_of(user_, "client-certificate");
    result_.http.key = content_of(user_, "client-key");
    if (result_.http.certificate.empty() != result_.http.key.empty())
      fail_config(node.span, "a client certificate and its key go together");
    result_.token = text_of(node, "token");
    const std::string token_file = text_of(node, "tokenFile");
    if (!token_file.empty()) result_.token_file = from(user_.directory, token_file);
    result_.username = text_of(node, "username");
    result_.password = text_of(node, "password");
    const bool basic = !result_.username.empty() || !result_.password.empty();
    if (basic && !(result_.token.empty() && result_.token_file.empty()))
      fail_config(node.span, "a token and a password exclude each other");
    read_impersonation(node);
    if (const Node* const exec = yaml::find(node, "exec"); exec != nullptr && !exec->is_null())
      read_plugin(*exec);
  }

  void read_impersonation(const Node& node) {
    result_.as.user = text_of(node, "as");
    result_.as.uid = text_of(node, "as-uid");
    for (const Node* const group : items_of(node, "as-groups"))
      result_.as.groups.emplace_back(group->text);
    if (const Node* const extra = yaml::find(node, "as-user-extra"))
      for (const yaml::Entry& entry : extra->entries)
        for (const Node* const value : entry.value->items)
          result_.as.extra.emplace_back(entry.key->text, value->text);
    const bool more =
        !result_.as.uid.empty() || !result_.as.groups.empty() || !result_.as.extra.empty();
    if (more && result_.as.user.empty())
      fail_config(node.span, "impersonation needs 'as', the user");
  }

  void read_plugin(const Node& exec) {
    ExecPlugin plugin;
    plugin.place = exec.span;
    plugin.command = text_of(exec, "command");
    if (plugin.command.empty()) fail_config(exec.span, "the exec plugin has no 'command'");
    if (contains(plugin.command, "/")) plugin.command = from(user_.directory, plugin.command);
    plugin.api_version = text_of(exec, "apiVersion");
    plugin.asking = asking_of(exec, plugin.api_version);
    plugin.install_hint = text_of(exec, "installHint");
    for (const Node* const argument : items_of(exec, "args"))
      plugin.arguments.emplace_back(argument->text);
    for (const Node* const variable : items_of(exec, "env")) {
      if (text_of(*variable, "name").empty())
        fail_config(variable->span, "a variable of the exec plugin has no 'name'");
      plugin.environment.emplace_back(text_of(*variable, "name"), text_of(*variable, "value"));
    }
    if (flag_of(exec, "provideClusterInfo")) plugin.cluster = cluster_info();
    result_.plugin = std::move(plugin);
  }

  static Asking asking_of(const Node& exec, std::string_view version) {
    const bool newest = version == "client.authentication.k8s.io/v1";
    if (!newest && version != "client.authentication.k8s.io/v1beta1")
      fail_config(place_of(exec, "apiVersion"),
                  cat("expected client.authentication.k8s.io/v1 or v1beta1 as the exec plugin's "
                      "'apiVersion', got '",
                      version, "'"));
    const std::string mode = text_of(exec, "interactiveMode");
    if (mode == "Never") return Asking::kNever;
    if (mode == "Always") return Asking::kAlways;
    if (mode != "IfAvailable" && (newest || !mode.empty()))
      fail_config(
          place_of(exec, "interactiveMode"),
          cat("expected Never, IfAvailable or Always for 'interactiveMode', got '", mode, "'"));
    return Asking::kIfAvailable;
  }

  // What the plugin may know of the cluster: spec.cluster of its ExecCredential.
  std::string cluster_info() const {
    Arena arena;
    Node& info = *yaml::make_mapping(arena);
    const auto put = [&](std::string_view key, const std::string& value) {
      if (!value.empty()) yaml::set(arena, info, key, yaml::make_string(arena, value));
    };
    put("server", text_of(*cluster_.node, "server"));
    put("tls-server-name", result_.http.server_name);
    if (result_.http.insecure)
      yaml::set(arena, info, "insecure-skip-tls-verify", yaml::make_boolean(arena, true));
    if (!result_.http.authorities.empty())
      put("certificate-authority-data", base64_encode(result_.http.authorities));
    put("proxy-url", result_.http.proxy);
    for (const Node* const extension : items_of(*cluster_.node, "extensions")) {
      if (text_of(*extension, "name") != "client.authentication.k8s.io/exec") continue;
      if (const Node* const config = yaml::find(*extension, "extension"))
        yaml::set(arena, info, "config", yaml::copy(arena, *config));
    }
    return yaml::emit_json(info);
  }

  const Found& cluster_;
  const Found& user_;
  Connection result_;
};

Connection of_context(const Files& files, std::string_view name, Span mentioned) {
  const Found* const context = files.context(name);
  if (context == nullptr) {
    std::vector<Note> notes = did_you_mean(name, names_of(files.contexts()));
    notes.push_back({cat("looked for in ", files.listed())});
    fail("state/no-context", mentioned, cat("no context '", name, "' in the kubeconfig"),
         std::move(notes), {std::string(name)});
  }
  const Node& node = *context->node;
  const std::string cluster_name = text_of(node, "cluster");
  const Found* const cluster = files.cluster(cluster_name);
  if (cluster == nullptr)
    fail_config(place_of(node, "cluster"),
                cat("no cluster '", cluster_name, "' in the kubeconfig"));
  const std::string user_name = text_of(node, "user");
  const Found* const user = files.user(user_name);
  if (user == nullptr && !user_name.empty())
    fail_config(place_of(node, "user"), cat("no user '", user_name, "' in the kubeconfig"));
  Connection connection = Reader(*cluster, user == nullptr ? Found() : *user).read();
  connection.context = name;
  const std::string namespace_name = text_of(node, "namespace");
  if (!namespace_name.empty()) connection.namespace_name = namespace_name;
  return connection;
}

std::optional<Connection> of_pod(const World& world) {
  const auto host = world.variable("KUBERNETES_SERVICE_HOST");
  const auto port = world.variable("KUBERNETES_SERVICE_PORT");
  const std::string token_file = cat(world.account_directory, "/token");
  if (!host || !port || host->empty() || !read_machine_file(token_file, {})) return std::nullopt;
  Connection connection;
  connection.server = contains(*host, ":") ? cat("https://[", *host, "]:", *port)
                                           : cat("https://", *host, ":", *port);
  connection.token_file = token_file;
  connection.http.authorities =
      read_machine_file(cat(world.account_directory, "/ca.crt"), {}).value_or("");
  if (auto name = read_machine_file(cat(world.account_directory, "/namespace"), {}))
    connection.namespace_name = trim(*name);
  return connection;
}

}  // namespace

std::optional<std::string> read_machine_file(const std::string& path, Span mentioned) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0 && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  const Limits limits;
  std::string text;
  char buffer[1 << 16];
  ssize_t got = file < 0 ? -1 : 1;
  while (file >= 0 && (got = ::read(file, buffer, sizeof buffer)) > 0 &&
         text.size() <= limits.file_bytes)
    text.append(buffer, static_cast<std::size_t>(got));
  const int error = errno;
  if (file >= 0) ::close(file);
  if (got < 0) fail_config(mentioned, cat("cannot read '", path, "': ", std::strerror(error)));
  if (text.size() > limits.file_bytes) fail_limit(limits, &Limits::file_bytes, mentioned);
  return text;
}

Connection find_connection(SourceStore& sources, const World& world, std::string_view context,
                           Span mentioned) {
  const Files files(sources, world);
  const std::string_view name = context.empty() ? std::string_view(files.current()) : context;
  if (!name.empty() && files.any()) return of_context(files, name, mentioned);
  if (context.empty() && !files.any())
    if (std::optional<Connection> pod = of_pod(world)) return std::move(*pod);
  if (files.any())
    fail("state/no-context", mentioned, "the kubeconfig has no current-context",
         {{"name a context: cluster:CONTEXT"}, {cat("looked for in ", files.listed())}});
  fail("state/no-kubeconfig", mentioned, "there is no kubeconfig to find the cluster in",
       {{cat("looked for: ", files.listed())},
        {"KUBECONFIG names files; else it is ~/.kube/config"}});
}

}  // namespace plumb::state
