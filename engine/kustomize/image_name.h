#pragma once
// The parts of a container image's name.
//
//   split_image_name("host:5000/a/b:1@sha256:ab") == {"host:5000/a/b", "1", "sha256:ab"}

#include <string_view>

namespace plumb::kustomize {

struct ImageName {
  std::string_view name, tag, digest;
};

// [host[:port]/]name[:tag][@digest]: what parts the name is the first ':' or '@' behind a '/'.
ImageName split_image_name(std::string_view image);

}  // namespace plumb::kustomize
