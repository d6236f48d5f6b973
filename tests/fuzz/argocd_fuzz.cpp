// Any texts as what Argo CD hands to its plugin: parameters, then variables, each a line. What is
// not rendered as a whole prints nothing.

#include <unistd.h>

#include "cli/command.h"
#include "door.h"

using namespace plumb;

namespace {

constexpr std::string_view kVariables[] = {"ARGOCD_APP_PARAMETERS",
                                           "ARGOCD_ENV_PLUMB_ENV",
                                           "ARGOCD_ENV_PLUMB_UNITS",
                                           "ARGOCD_ENV_PLUMB_ALLOW_EMPTY",
                                           "PARAM_ENV",
                                           "PARAM_UNITS",
                                           "ARGOCD_APP_NAMESPACE"};

// A project on the disk, for as long as the program runs.
struct Checkout {
  Checkout() {
    std::string pattern = (std::filesystem::temp_directory_path() / "plumb-fuzz-XXXXXX").string();
    path = ::mkdtemp(pattern.data());
    write("plumb.yaml",
          "apiVersion: plumb/v1\nkind: Project\nunits: {web: {manifests: web}, none: {manifests: "
          "none}}\nenvironments: {dev: {}, prod: {units: [web]}}\n");
    write("web/a.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n");
    write("none/a.yaml", "\n");
  }
  ~Checkout() { std::filesystem::remove_all(path); }
  Checkout(const Checkout&) = delete;
  Checkout& operator=(const Checkout&) = delete;
  void write(const std::string& name, std::string_view text) const {
    const std::filesystem::path file = path / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
  }
  std::filesystem::path path;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > fuzz::kBytesMax) return 0;
  static const Checkout kCheckout;
  const std::vector<std::string_view> lines = split(fuzz::text_of(data, size), '\n');
  cli::Process process;
  process.working_directory = kCheckout.path.string();
  process.variable = [&](std::string_view name) -> std::optional<std::string> {
    for (std::size_t i = 0; i < lines.size() && i < std::size(kVariables); ++i)
      if (kVariables[i] == name) return std::string(lines[i]);
    return std::nullopt;
  };
  const int status = cli::run({"plumb", "argocd", "generate"}, process);
  fuzz::require(status == cli::kDone || status == cli::kUnclear);
  fuzz::require(status == cli::kDone || process.out.empty());
  fuzz::require(status == cli::kDone || contains(process.err, "]\n"));
  return 0;
}
