#pragma once
// What runs, as a file: for machines that may not reach the cluster.
//
//   write_snapshot(live, {.keep = …, .is_secret = …, .salt = random_bytes(32), .key = key})
//
// A Snapshot document with its scope, time and cluster, then the objects, of which it has what a
// comparison needs: no status, no times of creation. Every value of a Secret, and every other text
// that holds such a value, is sealed (kube/sealed.h); read_text() reads it back.

#include <functional>
#include <string>
#include <string_view>

#include "state/state.h"
#include "yaml/path.h"

namespace plumb::state {

struct SnapshotOptions {
  std::string environment;
  std::string time;  // RFC 3339
  // Of the objects of the state: those that belong to the environment.
  std::function<bool(const kube::Resource&)> keep;
  // Whether a text holds what may not be shown. What an object is called, its owners and its mark
  // stay as they are.
  std::function<bool(std::string_view)> is_secret;
  // Whether a field of an object may not be shown, besides those of Secrets; empty: none.
  std::function<bool(const kube::ResourceId&, const yaml::Path&)> is_hidden;
  std::string salt;           // 32 random bytes
  std::string secret;         // what only those who compare know; empty: the salt alone is the key
  std::string_view variable;  // where readers find it
};

std::string write_snapshot(const State& state, const SnapshotOptions& options);

// What marks are made with.
std::string seal_key(std::string_view salt, std::string_view secret);
// Sealed in every snapshot whose key is not in it, so that a wrong key is found out.
constexpr std::string_view kSealCheck = "plumb/v1 Snapshot";

}  // namespace plumb::state
