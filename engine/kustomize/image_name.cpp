#include "kustomize/image_name.h"

namespace plumb::kustomize {

ImageName split_image_name(std::string_view image) {
  constexpr std::size_t kNone = std::string_view::npos;
  std::size_t from = image.find('/');
  if (from == kNone || from == 0) from = 0;
  const std::size_t at = image.find('@', from);
  const std::size_t colon = image.find(':', from);
  if (at == kNone && colon == kNone) return {image, {}, {}};
  if (at != kNone && (colon == kNone || at < colon))
    return {image.substr(0, at), {}, image.substr(at + 1)};
  if (at != kNone)
    return {image.substr(0, colon), image.substr(colon + 1, at - colon - 1), image.substr(at + 1)};
  return {image.substr(0, colon), image.substr(colon + 1), {}};
}

}  // namespace plumb::kustomize
