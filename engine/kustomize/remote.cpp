#include "kustomize/remote.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.h"
#include "files/path.h"
#include "kustomize/build.h"

namespace plumb::kustomize {

namespace {

constexpr std::string_view kFileScheme = "file://";
constexpr std::array<std::string_view, 4> kSchemes{"ssh://", "https://", "http://", kFileScheme};

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (lower(text.substr(0, prefix.size())) != prefix) return false;
  text.remove_prefix(prefix.size());
  return true;
}

std::string_view take_scheme(std::string_view& text) {
  for (const std::string_view scheme : kSchemes)
    if (take_prefix(text, scheme)) return scheme;
  return {};
}

// "git@", or nothing.
std::string_view take_user(std::string_view& text) {
  std::size_t at = 0;
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  while (
      at < text.size() &&
      (letter(text[at]) || (at > 0 && (text[at] == '-' || (text[at] >= '0' && text[at] <= '9')))))
    ++at;
  if (at == 0 || at >= text.size() || text[at] != '@') return {};
  const std::string_view user = text.substr(0, at + 1);
  text.remove_prefix(at + 1);
  return user;
}

// The host with what stands before it; `text` keeps the path.
std::optional<std::string> take_host(std::string_view& text) {
  take_prefix(text, "git::");
  const std::string_view scheme = take_scheme(text);
  const std::string_view before_user = text;
  const std::string_view user = take_user(text);
  const std::string folded = lower(text.substr(0, 11));
  const bool github = folded == "github.com/" || folded == "github.com:";
  const bool short_form = scheme.empty() && (!user.empty() || github);
  if (scheme.empty() && !short_form) return std::nullopt;
  if (scheme == kFileScheme) {
    text = before_user;
    return std::string(kFileScheme);
  }
  std::size_t end = text.find('/');
  if (short_form) {
    const std::size_t colon = text.find(':');
    if (end == std::string_view::npos ||
        (colon != std::string_view::npos && colon > 0 && colon < end))
      end = colon;
  }
  std::string_view host = text;
  if (end != std::string_view::npos) {
    host = text.substr(0, end + 1);
    text.remove_prefix(end + 1);
  } else {
    text = {};
  }
  if (host.empty()) return std::nullopt;
  if (!github) return cat(scheme, user, host);
  if (scheme == "ssh://" || !user.empty()) return cat(user, "github.com:");
  return std::string("https://github.com/");
}

struct Parts {
  std::string_view repository, directory;
};

std::optional<Parts> split_path(std::string_view path, bool whole) {
  constexpr std::string_view kAzure = "_git/";
  if (const std::size_t azure = path.find(kAzure); azure != std::string_view::npos) {
    const std::size_t end = path.find('/', azure + kAzure.size());
    if (end == std::string_view::npos) return Parts{path, {}};
    return Parts{path.substr(0, end), path.substr(end + 1)};
  }
  if (const std::size_t at = path.find("//"); at != std::string_view::npos)
    return Parts{path.substr(0, at), path.substr(at + 2)};
  if (const std::size_t at = path.find(".git"); at != std::string_view::npos)
    return Parts{path.substr(0, at + 4), path.substr(at + 4)};
  if (whole) return Parts{path, {}};
  const std::size_t first = path.find('/');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = path.find('/', first + 1);
  if (second == std::string_view::npos) return Parts{path, {}};
  return Parts{path.substr(0, second), path.substr(second + 1)};
}

constexpr std::size_t kDigitsMax = 20;  // of a number of hours, minutes or seconds

// "61", "61s", "1m30s": seconds, when it is more than nothing.
std::optional<unsigned> seconds_of(std::string_view text) {
  if (const auto whole = to_integer(text)) {
    if (*whole <= 0 || *whole > 86400) return std::nullopt;
    return static_cast<unsigned>(*whole);
  }
  double total = 0;
  while (!text.empty()) {
    std::size_t digits = 0;
    while (digits < text.size() &&
           ((text[digits] >= '0' && text[digits] <= '9') || text[digits] == '.'))
      ++digits;
    if (digits == 0 || digits > kDigitsMax) return std::nullopt;
    const double number = std::stod("0" + std::string(text.substr(0, digits)));
    text.remove_prefix(digits);
    const auto unit = [&](std::string_view name, double factor) {
      if (!text.starts_with(name)) return false;
      text.remove_prefix(name.size());
      total += number * factor;
      return true;
    };
    if (!unit("ms", 0.001) && !unit("h", 3600) && !unit("m", 60) && !unit("s", 1))
      return std::nullopt;
  }
  if (!(total > 0) || total > 86400) return std::nullopt;
  return static_cast<unsigned>(std::ceil(total));
}

std::optional<bool> truth_of(std::string_view text) {
  for (const std::string_view yes : {"1", "t", "T", "true", "TRUE", "True"})
    if (text == yes) return true;
  for (const std::string_view no : {"0", "f", "F", "false", "FALSE", "False"})
    if (text == no) return false;
  return std::nullopt;
}

void read_query(std::string_view query, Remote& remote) {
  std::string version;
  for (const std::string_view parameter : split(query, '&')) {
    const std::size_t equals = parameter.find('=');
    const std::string_view name = parameter.substr(0, equals);
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view{} : parameter.substr(equals + 1);
    if (name == "ref" && remote.ref.empty()) remote.ref = value;
    if (name == "version" && version.empty()) version = value;
    if (name == "timeout")
      remote.timeout_seconds = seconds_of(value).value_or(remote.timeout_seconds);
    if (name == "submodules") remote.submodules = truth_of(value).value_or(remote.submodules);
  }
  if (remote.ref.empty()) remote.ref = version;
}

}  // namespace

bool is_remote_file(std::string_view text) {
  return text.starts_with("http://") || text.starts_with("https://");
}

bool is_url(std::string_view text) { return is_remote_file(text) || parse_remote(text); }

std::optional<Remote> parse_remote(std::string_view text) {
  if (text.starts_with('/')) return std::nullopt;
  const std::size_t query = text.find('?');
  Remote remote;
  if (query != std::string_view::npos) read_query(text.substr(query + 1), remote);
  std::string_view rest = text.substr(0, query);
  const auto host = take_host(rest);
  if (!host) return std::nullopt;
  const auto parts = split_path(rest, *host == kFileScheme);
  if (!parts || parts->repository.empty()) return std::nullopt;
  std::string_view directory = parts->directory;
  while (directory.starts_with('/')) directory.remove_prefix(1);
  const auto path = files::Path::parse(directory);
  if (!path) return std::nullopt;
  remote.repository = cat(*host, parts->repository);
  remote.directory = path->text();
  return remote;
}

}  // namespace plumb::kustomize
