#include "kustomize/door_text.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "kustomize/wording.h"

namespace plumb::kustomize {

namespace {

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
    Wording{"kustomize/ambiguous-reference", first},
    Wording{
        "kustomize/bad-patch",
        [](const Arguments& a) { return cat("unable to parse SM or JSON patch from ", at(a, 0)); }},
    Wording{"kustomize/bad-value", first},
    Wording{"kustomize/bookkeeping", first},
    Wording{"kustomize/conflicting-field-specs",
            [](const Arguments& a) {
              return cat("failed to merge ", at(a, 2), " fieldSpec: conflicting fieldspecs");
            }},
    Wording{"kustomize/cycle",
            [](const Arguments& a) {
              if (at(a, 2) == "URI")
                return cat("cycle detected: URI '", at(a, 0), "' referenced by previous URI '",
                           at(a, 1), "'");
              return cat("cycle detected: candidate root '", at(a, 0), "' contains visited root '",
                         at(a, 1), "'");
            }},
    Wording{"kustomize/duplicate-id",
            [](const Arguments& a) {
              return cat("may not add resource with an already registered id: ", at(a, 0));
            }},
    Wording{"kustomize/duplicate-key", first},
    Wording{"kustomize/empty-kustomization",
            [](const Arguments&) { return std::string("kustomization.yaml is empty"); }},
    Wording{"kustomize/empty-patch", first},
    Wording{"kustomize/env-file", first},
    Wording{"kustomize/external-plugin",
            [](const Arguments& a) {
              return cat("external plugins disabled; unable to load external plugin '", at(a, 0),
                         "'");
            }},
    Wording{"kustomize/field-path", [](const Arguments& a) { return at(a, 2); }},
    Wording{"kustomize/field-path-part", first},
    Wording{"kustomize/field-type",
            [](const Arguments& a) {
              return cat("json: cannot unmarshal ", at(a, 0), " into Go ",
                         at(a, 1).empty() ? "value" : cat("struct field ", at(a, 1)), " of type ",
                         at(a, 2));
            }},
    Wording{"kustomize/file-source", first},
    Wording{"kustomize/generator-conflict", first},
    Wording{"kustomize/generator-name",
            [](const Arguments&) { return std::string("a configmap must have a name"); }},
    Wording{"kustomize/helm", first},
    Wording{"kustomize/json-patch",
            [](const Arguments& a) {
              return cat("json: cannot unmarshal ", at(a, 0), " into Go value of type ", at(a, 1));
            }},
    Wording{"kustomize/json-patch-failed", first},
    Wording{"kustomize/key-type", first},
    Wording{"kustomize/kind",
            [](const Arguments& a) {
              return cat("Failed to read kustomization file under ", at(a, 0), ":\n", at(a, 1));
            }},
    Wording{"kustomize/label-selector", first},
    Wording{"kustomize/list-items",
            [](const Arguments& a) {
              return cat("expected array in ", at(a, 0), "/items, but found ", at(a, 1));
            }},
    Wording{"kustomize/literal",
            [](const Arguments& a) {
              return cat("literal sources [", at(a, 0), "]: invalid literal source ", at(a, 1),
                         ", expected key=value");
            }},
    Wording{"kustomize/namespace-conflict",
            [](const Arguments& a) {
              return cat("namespace transformation produces ID conflict: [", at(a, 1), "]");
            }},
    Wording{"kustomize/no-base",
            [](const Arguments& a) {
              if (at(a, 1) == "file")
                return cat("must build at directory: '", at(a, 0), "': file is not directory");
              if (!at(a, 1).empty()) return at(a, 1);
              return cat("must build at directory: not a valid directory: evalsymlink failure on '",
                         at(a, 0), "' : ", at(a, 2));
            }},
    Wording{"kustomize/no-file",
            [](const Arguments& a) {
              if (at(a, 1) == "directory") return cat("'", at(a, 0), "' must resolve to a file");
              if (at(a, 1) == "unrestricted directory")
                return cat("read ", at(a, 0), ": is a directory");
              if (at(a, 1) == "unrestricted")
                return cat("open ", at(a, 0), ": no such file or directory");
              return cat("evalsymlink failure on '", at(a, 0), "' : ", at(a, 2));
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
    Wording{"kustomize/not-a-map",
            [](const Arguments& a) {
              return cat("wrong node kind: expected MappingNode but got ", at(a, 0),
                         ": node contents:\n", at(a, 1));
            }},
    Wording{"kustomize/not-a-scalar",
            [](const Arguments& a) {
              return cat("wrong node kind: expected ScalarNode but got ", at(a, 0),
                         ": node contents:\n", at(a, 1));
            }},
    Wording{"kustomize/not-built-in",
            [](const Arguments& a) { return cat("unable to load builtin ", at(a, 0)); }},
    Wording{"kustomize/outside",
            [](const Arguments& a) {
              return cat("security; file '", at(a, 0), "' is not in or below '", at(a, 1), "'");
            }},
    Wording{"kustomize/patch-config", first},
    Wording{"kustomize/patch-target",
            [](const Arguments& a) {
              if (at(a, 1).empty()) return at(a, 0);
              const std::string text =
                  cat(at(a, 0), "; failed to find unique target for patch ", at(a, 1));
              if (at(a, 2).empty()) return text;
              return cat("no resource matches strategic merge patch \"", at(a, 1), "\": ", text);
            }},
    Wording{"kustomize/reference-without-name", first},
    Wording{"kustomize/repeated-key",
            [](const Arguments& a) {
              return cat("configmap ", at(a, 0), " illegally repeats the key `", at(a, 1), "`");
            }},
    Wording{"kustomize/repeated-variable",
            [](const Arguments& a) { return cat("var '", at(a, 0), "' already encountered"); }},
    Wording{"kustomize/replacement", first},
    Wording{"kustomize/selector-regex",
            [](const Arguments& a) { return go_regex_words(at(a, 1)); }},
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
    Wording{"kustomize/string-data",
            [](const Arguments& a) {
              return cat("failed to normalize stringData for ", at(a, 0), ": ", at(a, 1));
            }},
    Wording{"kustomize/subject-namespace", first},
    Wording{"kustomize/unknown-field",
            [](const Arguments& a) { return cat("json: unknown field ", go_quoted(at(a, 0))); }},
    Wording{"kustomize/validator-changed", first},
    Wording{"kustomize/value-type", first},
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

// What kustomize says around an error: `inner` is what is there so far.
struct Surrounding {
  std::string_view doing;
  std::string (*text)(const std::string& inner, const Arguments& arguments);
};

std::string prefixed(std::string_view prefix, const std::string& inner) {
  return cat(prefix, ": ", inner);
}

constexpr std::array kSurroundings{
    Surrounding{"adding list", [](const std::string& inner,
                                  const Arguments& a) { return cat("[", at(a, 0), "]: ", inner); }},
    Surrounding{"base",
                [](const std::string& inner, const Arguments& a) {
                  return cat("accumulation err='", at(a, 0), "': ", inner);
                }},
    Surrounding{"builtin",
                [](const std::string& inner, const Arguments& a) {
                  return cat("trouble configuring builtin ", at(a, 0), " with config: `\n",
                             at(a, 1), "`: ", inner);
                }},
    Surrounding{"component",
                [](const std::string& inner, const Arguments&) {
                  return cat("accumulateDirectory: ", go_quoted(inner));
                }},
    Surrounding{"component loader",
                [](const std::string& inner, const Arguments&) {
                  return cat("loader.New ", go_quoted(inner));
                }},
    Surrounding{"components",
                [](const std::string& inner, const Arguments&) {
                  return prefixed("accumulating components", inner);
                }},
    Surrounding{"configuration",
                [](const std::string& inner, const Arguments&) {
                  if (!inner.starts_with("json:")) return inner;
                  return prefixed("error unmarshaling JSON: while decoding JSON", inner);
                }},
    Surrounding{"configuration text",
                [](const std::string& inner, const Arguments&) {
                  return prefixed("error converting YAML to JSON", inner);
                }},
    Surrounding{"considering",
                [](const std::string& inner, const Arguments& a) {
                  return cat("considering field '", at(a, 0), "' of object ", at(a, 1), ": ",
                             inner);
                }},
    Surrounding{"crd",
                [](const std::string& inner, const Arguments& a) {
                  if (!contains(inner, "yaml:")) return inner;
                  return cat("unable to parse open API definition from '", at(a, 0), "': ", inner);
                }},
    Surrounding{"crds",
                [](const std::string& inner, const Arguments& a) {
                  return cat("loading CRDs [", at(a, 0), "]: ", inner);
                }},
    Surrounding{"env files",
                [](const std::string& inner, const Arguments& a) {
                  return cat("env source files: [", at(a, 0), "]: ", inner);
                }},
    Surrounding{"file",
                [](const std::string& inner, const Arguments& a) {
                  return cat("accumulating resources from '", at(a, 0), "': ", inner);
                }},
    Surrounding{"file sources",
                [](const std::string& inner, const Arguments& a) {
                  return cat("file sources: [", at(a, 0), "]: ", inner);
                }},
    Surrounding{"generator",
                [](const std::string& inner, const Arguments&) {
                  return prefixed("failed to load generator", inner);
                }},
    Surrounding{"generators",
                [](const std::string& inner, const Arguments&) {
                  return prefixed("loading generator plugins", inner);
                }},
    Surrounding{"json patch",
                [](const std::string& inner, const Arguments& a) {
                  return inner.starts_with("yaml:") ? inner
                                                    : cat("decoding ", at(a, 0), ": ", inner);
                }},
    Surrounding{"key values", [](const std::string& inner,
                                 const Arguments&) { return prefixed("loading KV pairs", inner); }},
    Surrounding{"kustomization",
                [](const std::string& inner, const Arguments&) {
                  return prefixed("invalid Kustomization", inner);
                }},
    Surrounding{"literals",
                [](const std::string& inner, const Arguments& a) {
                  return cat("literal sources [", at(a, 0), "]: ", inner);
                }},
    Surrounding{"malformed",
                [](const std::string& inner, const Arguments& a) {
                  if (!contains(inner, "MalformedYAMLError")) return inner;
                  return cat(inner, " in File: ", at(a, 0));
                }},
    Surrounding{"marshalling",
                [](const std::string& inner, const Arguments& a) {
                  return cat("marshalling yaml from res ", at(a, 0), ": ", inner);
                }},
    Surrounding{"merging",
                [](const std::string& inner, const Arguments& a) {
                  return cat("recursed merging from path '", at(a, 0), "': ", inner);
                }},
    Surrounding{"merging file",
                [](const std::string& inner, const Arguments& a) {
                  return cat("merging resources from '", at(a, 0), "': ", inner);
                }},
    Surrounding{"merging generator",
                [](const std::string& inner, const Arguments&) {
                  // The original prints where its generator is in memory.
                  return cat("merging from generator &{0xc000000000 <nil>}: ", inner);
                }},
    Surrounding{"merging vars",
                [](const std::string& inner, const Arguments& a) {
                  return cat("merging vars [", at(a, 0), "]: ", inner);
                }},
    Surrounding{"name reference",
                [](const std::string& inner, const Arguments& a) {
                  return cat("updating name reference in '", at(a, 0), "' field of '", at(a, 1),
                             "': ", inner);
                }},
    Surrounding{"namespace",
                [](const std::string& inner, const Arguments&) {
                  const bool kinds = contains(inner, "wrong node kind: expected ScalarNode");
                  return prefixed(kinds ? "namespace field specs must target scalar nodes"
                                        : "namespace transformation failed",
                                  inner);
                }},
    Surrounding{"patch file",
                [](const std::string& inner, const Arguments& a) {
                  return cat("failed to get the patch file from path(", at(a, 0), "): ", inner);
                }},
    Surrounding{"plugin",
                [](const std::string& inner, const Arguments& a) {
                  return cat("plugin ", at(a, 0), " fails configuration: ", inner);
                }},
    Surrounding{"printing",
                [](const std::string& inner, const Arguments& a) {
                  const bool shown = inner.starts_with("json:") || contains(inner, "mapping key") ||
                                     contains(inner, "cannot decode");
                  return shown ? cat(at(a, 0), ": ", inner) : inner;
                }},
    Surrounding{"recursion",
                [](const std::string& inner, const Arguments& a) {
                  return cat("recursed accumulation of path '", at(a, 0), "': ", inner);
                }},
    Surrounding{"replacement source",
                [](const std::string& inner, const Arguments&) {
                  return prefixed("error looking up replacement source", inner);
                }},
    Surrounding{"resources",
                [](const std::string& inner, const Arguments&) {
                  return prefixed("accumulating resources", inner);
                }},
    Surrounding{"target",
                [](const std::string& inner, const Arguments& a) {
                  return cat("couldn't make target for path '", at(a, 0), "': ", inner);
                }},
    Surrounding{"target selector",
                [](const std::string& inner, const Arguments&) {
                  return inner.starts_with("error parsing")
                             ? prefixed("error creating target selector", inner)
                             : inner;
                }},
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

std::string door_text_around(const std::string& inner, std::string_view doing,
                             const Arguments& arguments) {
  const auto row = std::ranges::find(kSurroundings, doing, &Surrounding::doing);
  return row == kSurroundings.end() ? inner : row->text(inner, arguments);
}

namespace {

// The time in front of a line of a log.
std::string log_time() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y/%m/%d %H:%M:%S", &local)};
}

}  // namespace

std::optional<std::string> door_warning(const Diagnostic& diagnostic) {
  if (diagnostic.code == "kustomize/deprecated-field")
    return cat("# Warning: '", at(diagnostic.arguments, 0), "' is deprecated. Please use '",
               at(diagnostic.arguments, 1), "' instead. ",
               at(diagnostic.arguments, 2).empty() ? "" : "[EXPERIMENTAL] ",
               "Run 'kustomize edit fix' to update your Kustomization automatically.");
  if (diagnostic.code == "kustomize/unused-variable")
    return cat(log_time(),
               " well-defined vars that were never replaced: ", at(diagnostic.arguments, 0));
  return std::nullopt;
}

}  // namespace plumb::kustomize
