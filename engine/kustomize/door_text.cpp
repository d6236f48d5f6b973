#include "kustomize/door_text.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace plumb::kustomize {

namespace {

using Arguments = std::vector<std::string>;

std::string at(const Arguments& arguments, std::size_t i) {
  return i < arguments.size() ? arguments[i] : std::string();
}

struct Wording {
  std::string_view code;
  std::string (*text)(const Arguments& arguments);
};

std::string first(const Arguments& a) { return at(a, 0); }

constexpr std::array kWordings{
    Wording{"kustomize/ambiguous-path",
            [](const Arguments& a) {
              return cat("path \"", at(a, 0), "\" is ambiguous: resolves to \"", at(a, 0),
                         "\" after normalization, which is likely not the intended target; check "
                         "for YAML indentation errors in your kustomization file");
            }},
    Wording{
        "kustomize/bad-patch",
        [](const Arguments& a) { return cat("unable to parse SM or JSON patch from ", at(a, 0)); }},
    Wording{"kustomize/bad-value", first},
    Wording{"kustomize/cycle",
            [](const Arguments& a) {
              return cat("cycle detected: candidate root '", at(a, 0), "' contains visited root '",
                         at(a, 1), "'");
            }},
    Wording{"kustomize/duplicate-id",
            [](const Arguments& a) {
              return cat("may not add resource with an already registered id: ", at(a, 0));
            }},
    Wording{"kustomize/empty-kustomization",
            [](const Arguments&) { return std::string("kustomization.yaml is empty"); }},
    Wording{"kustomize/empty-patch", first},
    Wording{"kustomize/field-path",
            [](const Arguments& a) {
              return cat("considering field '", at(a, 0), "' of object ", at(a, 1), ": ", at(a, 2));
            }},
    Wording{"kustomize/field-path-part", first},
    Wording{"kustomize/field-type",
            [](const Arguments& a) {
              return cat("invalid Kustomization: json: cannot unmarshal ", at(a, 0),
                         " into Go struct field ", at(a, 1), " of type ", at(a, 2));
            }},
    Wording{"kustomize/file-source", first},
    Wording{"kustomize/generator-conflict", first},
    Wording{"kustomize/generator-name",
            [](const Arguments&) { return std::string("a configmap must have a name"); }},
    Wording{"kustomize/json-patch-failed", first},
    Wording{"kustomize/kind",
            [](const Arguments& a) {
              return cat("Failed to read kustomization file under ", at(a, 0), ":\n", at(a, 1));
            }},
    Wording{"kustomize/label-selector", first},
    Wording{"kustomize/literal",
            [](const Arguments& a) {
              return cat("loading KV pairs: literal sources [", at(a, 0),
                         "]: invalid literal source ", at(a, 1), ", expected key=value");
            }},
    Wording{"kustomize/namespace-conflict",
            [](const Arguments& a) {
              return cat("namespace transformation produces ID conflict: [", at(a, 0), "]");
            }},
    Wording{"kustomize/no-base",
            [](const Arguments& a) {
              if (at(a, 1) == "file") return cat("'", at(a, 0), "' must resolve to a directory");
              if (!at(a, 1).empty()) return at(a, 1);
              return cat("evalsymlink failure on '", at(a, 0), "' : lstat ", at(a, 0),
                         ": no such file or directory");
            }},
    Wording{"kustomize/no-file",
            [](const Arguments& a) {
              if (at(a, 1) == "directory") return cat("'", at(a, 0), "' must resolve to a file");
              return cat("evalsymlink failure on '", at(a, 0), "' : lstat ", at(a, 0),
                         ": no such file or directory");
            }},
    Wording{"kustomize/no-kind",
            [](const Arguments& a) { return cat("missing kind in object ", at(a, 0)); }},
    Wording{"kustomize/no-kustomization",
            [](const Arguments& a) {
              return cat(
                  "unable to find one of 'kustomization.yaml', 'kustomization.yml' or "
                  "'Kustomization' in directory '",
                  at(a, 0), "'");
            }},
    Wording{"kustomize/no-metadata",
            [](const Arguments&) { return std::string("missing Resource metadata"); }},
    Wording{"kustomize/no-name",
            [](const Arguments& a) { return cat("missing metadata.name in object ", at(a, 0)); }},
    Wording{"kustomize/no-replicas-target",
            [](const Arguments& a) {
              return cat("resource with name ", at(a, 0),
                         " does not match a config with the following GVK [", at(a, 1), "]");
            }},
    Wording{"kustomize/not-a-component", first},
    Wording{"kustomize/outside",
            [](const Arguments& a) {
              return cat("security; file '", at(a, 0), "' is not in or below '", at(a, 1), "'");
            }},
    Wording{"kustomize/patch-config", first},
    Wording{"kustomize/patch-target",
            [](const Arguments& a) {
              if (at(a, 1).empty()) return at(a, 0);
              return cat("no resource matches strategic merge patch \"", at(a, 1), "\": ", at(a, 0),
                         "; failed to find unique target for patch ", at(a, 1));
            }},
    Wording{"kustomize/repeated-key",
            [](const Arguments& a) {
              return cat("configmap ", at(a, 0), " illegally repeats the key `", at(a, 1), "`");
            }},
    Wording{"kustomize/repeated-variable",
            [](const Arguments& a) { return cat("var '", at(a, 0), "' already encountered"); }},
    Wording{"kustomize/replacement", first},
    Wording{"kustomize/separator",
            [](const Arguments& a) { return cat("invalid document separator: ", at(a, 0)); }},
    Wording{"kustomize/several-kustomizations",
            [](const Arguments& a) {
              return cat("Found multiple kustomization files under: ", at(a, 0), "\n");
            }},
    Wording{"kustomize/several-patches",
            [](const Arguments& a) {
              return cat(
                  "Multiple Strategic-Merge Patches in one `patches` entry is not allowed to "
                  "set `patches.target` field: ",
                  at(a, 0));
            }},
    Wording{"kustomize/sort-options", first},
    Wording{"kustomize/unknown-field",
            [](const Arguments& a) {
              return cat("invalid Kustomization: json: unknown field \"", at(a, 0), "\"");
            }},
    Wording{"kustomize/variable-target", first},
    Wording{"kustomize/variable-value", first},
    Wording{"kube/merge-kind",
            [](const Arguments& a) {
              return cat("wrong node kind: expected ", at(a, 0), " but got ", at(a, 1),
                         ": node contents:\n", at(a, 2));
            }},
    Wording{"kube/unknown-patch-directive",
            [](const Arguments& a) { return cat("unknown patch strategy '", at(a, 0), "'"); }},
};

constexpr bool is_sorted_within() {
  for (std::size_t i = 1; i < kWordings.size(); ++i)
    if (kWordings[i - 1].code.starts_with("kustomize/") &&
        kWordings[i].code.starts_with("kustomize/") && kWordings[i].code < kWordings[i - 1].code)
      return false;
  return true;
}
static_assert(is_sorted_within());

}  // namespace

std::optional<std::string> door_text(const Diagnostic& diagnostic) {
  const auto row = std::ranges::find(kWordings, diagnostic.code, &Wording::code);
  if (row == kWordings.end()) return std::nullopt;
  return row->text(diagnostic.arguments);
}

std::optional<std::string> door_warning(const Diagnostic& diagnostic) {
  if (diagnostic.code == "kustomize/deprecated-field")
    return cat("# Warning: '", at(diagnostic.arguments, 0), "' is deprecated. Please use '",
               at(diagnostic.arguments, 1), "' instead. ",
               at(diagnostic.arguments, 2).empty() ? "" : "[EXPERIMENTAL] ",
               "Run 'kustomize edit fix' to update your Kustomization automatically.");
  if (diagnostic.code == "kustomize/unused-variable")
    return cat("well-defined vars that were never replaced: ", at(diagnostic.arguments, 0));
  return std::nullopt;
}

}  // namespace plumb::kustomize
