// Rules about containers, wherever a pod is described.

#include <array>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <unordered_map>

#include "base/text.h"
#include "lint/inspection.h"

namespace plumb::lint {

namespace {

using ContainerRule = void (*)(const Inspection&, const kube::Resource&,
                               const yaml::Node& container);

void for_each_container(const Inspection& inspection, ContainerRule rule) {
  for (const kube::Resource& resource : inspection.rendered.resources)
    if (resource.id.kind != "CustomResourceDefinition")
      each_pod(*resource.body, [&](const yaml::Node& pod) {
        each_container(pod,
                       [&](const yaml::Node& container) { rule(inspection, resource, container); });
      });
}

// ---- variables that are set twice ----

void check_variables(const Inspection& inspection, const kube::Resource& resource,
                     const yaml::Node& container) {
  const yaml::Node* const variables = yaml::find(container, "env");
  if (variables == nullptr) return;
  std::unordered_map<std::string_view, const yaml::Node*> seen;
  for (const yaml::Node* const variable : variables->items) {
    const yaml::Node* const name = yaml::find(*variable, "name");
    if (name == nullptr || !name->is_scalar()) continue;
    const auto [first, fresh] = seen.try_emplace(name->text, name);
    if (!fresh)
      inspection.add("lint/duplicate-variable", resource, *name,
                     cat("the variable '", name->text, "' is set twice"),
                     {{"the last one counts; first here", first->second->span}},
                     {std::string(name->text)});
  }
}

// ---- images ----

// The tag of an image: "" when there is none, or "@" when a digest pins it.
std::string_view tag_of(std::string_view image) {
  if (contains(image, "@")) return "@";
  const std::size_t slash = image.rfind('/');
  const std::size_t colon = image.find(':', slash == std::string_view::npos ? 0 : slash);
  return colon == std::string_view::npos ? std::string_view() : image.substr(colon + 1);
}

void check_image(const Inspection& inspection, const kube::Resource& resource,
                 const yaml::Node& container) {
  const yaml::Node* const image = yaml::find(container, "image");
  if (image == nullptr || !image->is_string() || image->text.empty()) return;
  if (contains(image->text, "{{") || contains(image->text, "$(")) return;
  const std::string_view tag = tag_of(image->text);
  if (!tag.empty() && tag != "latest" && !tag.ends_with("-dirty")) return;
  inspection.add("lint/floating-image", resource, *image,
                 tag.empty() ? cat("the image '", image->text, "' has no tag")
                             : cat("the tag '", tag, "' may mean another image tomorrow"),
                 {}, {std::string(image->text)}, Severity::kWarning);
}

// ---- devpi's memory ----

// Bytes of a quantity, or nothing: "512Mi", "1.5G", "1e9".
std::optional<double> bytes_of(std::string_view quantity) {
  struct Suffix {
    std::string_view name;
    double factor;
  };
  constexpr std::array kSuffixes{Suffix{"Ki", 1024.0},       Suffix{"Mi", 1048576.0},
                                 Suffix{"Gi", 1073741824.0}, Suffix{"Ti", 1099511627776.0},
                                 Suffix{"k", 1e3},           Suffix{"M", 1e6},
                                 Suffix{"G", 1e9},           Suffix{"T", 1e12}};
  double factor = 1;
  for (const Suffix& suffix : kSuffixes)
    if (quantity.ends_with(suffix.name)) {
      factor = suffix.factor;
      quantity.remove_suffix(suffix.name.size());
      break;
    }
  const std::string text(quantity);
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0') return std::nullopt;
  return number * factor;
}

// Its search index is built in memory: with 512Mi it was killed, 2Gi were enough.
void check_devpi_memory(const Inspection& inspection, const kube::Resource& resource,
                        const yaml::Node& container) {
  constexpr double kEnough = 1073741824.0;
  const yaml::Node* const image = yaml::find(container, "image");
  if (image == nullptr || !contains(image->text, "devpi")) return;
  const yaml::Node* const limit = yaml::find_path(container, {"resources", "limits", "memory"});
  if (limit == nullptr)
    return inspection.add("lint/devpi-memory", resource, *image,
                          "devpi without a limit of memory takes what its node has",
                          {{"2Gi are enough for an index with search"}}, {}, Severity::kWarning);
  if (const auto bytes = bytes_of(limit->text); bytes && *bytes < kEnough)
    inspection.add("lint/devpi-memory", resource, *limit,
                   cat("devpi was killed with limits like '", limit->text, "'"),
                   {{"2Gi are enough for an index with search"}}, {std::string(limit->text)},
                   Severity::kWarning);
}

// ---- variables that Services make ----

struct ServicePorts {
  const kube::Resource* service;
  std::string prefix;  // "DEVPI" for a Service named devpi
};

std::string variable_prefix(std::string_view service) {
  std::string prefix;
  for (const char c : service)
    prefix += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return prefix;
}

// Services that put variables into the pods of a namespace: not headless, not external names.
std::vector<ServicePorts> services_of(const Inspection& inspection, std::string_view space) {
  std::vector<ServicePorts> result;
  for (const kube::Resource* const service : inspection.objects.all("", "Service", space))
    if (yaml::text_at(*service->body, {"spec", "clusterIP"}) != "None" &&
        yaml::text_at(*service->body, {"spec", "type"}) != "ExternalName")
      result.push_back({service, variable_prefix(service->id.name)});
  return result;
}

// PREFIX_SERVICE_HOST, PREFIX_SERVICE_PORT[_NAME], PREFIX_PORT, PREFIX_PORT_80_TCP[_ADDR|…].
bool makes_variable(std::string_view prefix, std::string_view name) {
  if (!name.starts_with(prefix)) return false;
  const std::string_view rest = name.substr(prefix.size());
  if (rest == "_SERVICE_HOST" || rest == "_SERVICE_PORT" || rest.starts_with("_SERVICE_PORT_"))
    return true;
  return rest == "_PORT" || (rest.starts_with("_PORT_") && rest.size() > 6 &&
                             std::isdigit(static_cast<unsigned char>(rest[6])) != 0);
}

bool sets_variable(const yaml::Node& container, std::string_view name) {
  const yaml::Node* const variables = yaml::find(container, "env");
  if (variables == nullptr) return false;
  for (const yaml::Node* const each : variables->items)
    if (yaml::text_at(*each, {"name"}) == name) return true;
  return false;
}

void check_shadowing(const Inspection& inspection, const kube::Resource& resource,
                     const yaml::Node& container, const std::vector<ServicePorts>& services) {
  const yaml::Node* const variables = yaml::find(container, "env");
  if (variables == nullptr) return;
  for (const yaml::Node* const each : variables->items) {
    const yaml::Node* const name = yaml::find(*each, "name");
    if (name == nullptr) continue;
    for (const ServicePorts& service : services)
      if (makes_variable(service.prefix, name->text))
        inspection.add("lint/service-variable", resource, *name,
                       cat("'", name->text, "' is also what the Service '",
                           service.service->id.name, "' puts into this pod"),
                       {{"the container's own value counts"}},
                       {std::string(name->text), service.service->id.name}, Severity::kInfo);
  }
}

// Programs that take a variable of this form for their own setting.
struct Reader {
  std::string_view image, variable, option;
};
constexpr std::array kReaders{
    Reader{"devpi", "DEVPISERVER_PORT", "--port"},
    Reader{"mlflow", "MLFLOW_PORT", "--port"},
};

bool gives_option(const yaml::Node& container, std::string_view option) {
  for (const char* const list : {"command", "args"})
    if (const yaml::Node* const words = yaml::find(container, list))
      for (const yaml::Node* const word : words->items)
        if (contains(word->text, option)) return true;
  return false;
}

void check_readers(const Inspection& inspection, const kube::Resource& resource,
                   const yaml::Node& container, const std::vector<ServicePorts>& services) {
  const yaml::Node* const image = yaml::find(container, "image");
  if (image == nullptr) return;
  for (const Reader& reader : kReaders) {
    if (!contains(image->text, reader.image) || sets_variable(container, reader.variable) ||
        gives_option(container, reader.option))
      continue;
    for (const ServicePorts& service : services)
      if (makes_variable(service.prefix, reader.variable))
        inspection.add("lint/read-variable", resource, *image,
                       cat("this program reads '", reader.variable, "', which the Service '",
                           service.service->id.name, "' sets to an address"),
                       {{"set the variable, or enableServiceLinks: false"}},
                       {std::string(reader.variable), service.service->id.name},
                       Severity::kWarning);
  }
}

}  // namespace

void find_duplicate_variables(const Inspection& inspection) {
  for_each_container(inspection, check_variables);
}

void find_floating_images(const Inspection& inspection) {
  for_each_container(inspection, check_image);
}

void find_small_devpi(const Inspection& inspection) {
  for_each_container(inspection, check_devpi_memory);
}

void find_service_variables(const Inspection& inspection) {
  for (const kube::Resource& resource : inspection.rendered.resources) {
    const std::vector<ServicePorts> services = services_of(inspection, resource.id.namespace_name);
    if (services.empty() || resource.id.kind == "CustomResourceDefinition") continue;
    each_pod(*resource.body, [&](const yaml::Node& pod) {
      const yaml::Node* const links = yaml::find(pod, "enableServiceLinks");
      if (links != nullptr && !yaml::as_boolean(*links).value_or(true)) return;
      each_container(pod, [&](const yaml::Node& container) {
        check_shadowing(inspection, resource, container, services);
        check_readers(inspection, resource, container, services);
      });
    });
  }
}

}  // namespace plumb::lint
