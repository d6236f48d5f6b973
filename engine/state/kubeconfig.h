#pragma once
// Where a cluster is and who we are there, as kubectl's own configuration says.
//
//   World world{variable, working_directory};
//   Connection connection = find_connection(sources, world, "prod");
//   connection.server == "https://10.0.0.1:6443"
//
// Read are the files that KUBECONFIG lists (the first definition of a name wins, files that are not
// there are passed over), else ~/.kube/config, else, when no context is named, the account of the
// pod that plumb runs in. Relative paths are relative to the file that they stand in. All these
// files are secret sources: a diagnostic names the place and shows no text.
//
// Errors: state/kubeconfig (a file that is none, or a field of it), state/no-context,
// state/no-kubeconfig, state/auth-provider.
//
// Source of the rules: kubectl's behaviour, client.authentication.k8s.io/v1.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/source.h"
#include "files/http.h"

namespace plumb::state {

// What is around the program.
struct World {
  std::function<std::optional<std::string>(std::string_view)> variable;  // of the environment
  std::string working_directory;
  bool terminal = false;  // somebody may be asked
  // Told each token, password and key that becomes known, before anything else may show it.
  std::function<void(std::string_view)> secret = [](std::string_view) {};
  // Where the account of a pod lies.
  std::string account_directory = "/var/run/secrets/kubernetes.io/serviceaccount";
};

enum class Asking : std::uint8_t { kNever, kIfAvailable, kAlways };

// A program that gives credentials.
struct ExecPlugin {
  std::string command;  // a path, or a name to look for
  std::vector<std::string> arguments;
  std::vector<std::pair<std::string, std::string>> environment;
  std::string api_version;
  Asking asking = Asking::kIfAvailable;
  std::string install_hint;
  std::string cluster;  // JSON for KUBERNETES_EXEC_INFO when it asked for that, or ""
  Span place;
};

struct Impersonation {
  std::string user;
  std::string uid;
  std::vector<std::string> groups;
  std::vector<std::pair<std::string, std::string>> extra;
};

struct Connection {
  std::string context;  // "" in a pod
  std::string server;   // https://host[:port][/path], without a slash at the end
  std::string namespace_name = "default";
  files::HttpSettings http;
  std::string token;
  std::string token_file;  // wins over the token while it is there
  std::string username;
  std::string password;
  std::optional<ExecPlugin> plugin;
  Impersonation as;
  Span cluster_place;  // where the cluster and the user are described
  Span user_place;
};

// `context`: "" for the current one. `mentioned`: who names it.
Connection find_connection(SourceStore& sources, const World& world, std::string_view context,
                           Span mentioned = {});

// The content of a file of this machine, or nothing when it is not there. Unreadable, or larger
// than limits.file_bytes: an error at `mentioned`.
std::optional<std::string> read_machine_file(const std::string& path, Span mentioned);

}  // namespace plumb::state
