// Addresses of package indexes.
//
// devpi serves the index that pip reads at USER/INDEX/+simple/; USER/INDEX/simple/ is the page of a
// project named "simple", and pip gets 404. --trusted-host takes a host, with its port; given a
// whole address pip stops ("Invalid IPv6 URL") or does not trust it. KFP's compilers up to 2.17
// write that.

#include "base/regex.h"
#include "base/text.h"
#include "lint/inspection.h"

namespace plumb::lint {

namespace {

class IndexRule {
 public:
  explicit IndexRule(const Inspection& inspection)
      : inspection_(inspection),
        url_(
            R"((https?://)([^\s/'"\\@]+@)?([A-Za-z0-9.\-]+)(:[0-9]+)?/([A-Za-z0-9_.\-]+)/([A-Za-z0-9_.\-]+)/simple(?:/|\b))"),
        trusted_(R"(--trusted-host['"]?[\s=,]+['"]?([a-z]+://[^\s'"]+))"),
        local_(R"(https?://(localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?:[:/]|$))"),
        index_option_(R"(index-url['"]?[\s=,]+['"]?(https?://[^\s'"]+))") {}

  // `authored`: the text belongs to a component's author: it stands behind the bootstrap that runs
  // it.
  void visit(const kube::Resource& resource, const yaml::Node& node, bool authored = false) const {
    bool behind_bootstrap = authored;
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      if (i > 0 && node.items[i - 1]->text == "--trusted-host")
        check_trusted_host(resource, *node.items[i], node.items[i]->text);
      if (i > 0 && is_index_option(node.items[i - 1]->text))
        check_local(resource, *node.items[i], node.items[i]->text);
      visit(resource, *node.items[i], behind_bootstrap);
      behind_bootstrap = behind_bootstrap || trim(node.items[i]->text).ends_with("\"$0\" \"$@\"");
    }
    if (is_index_variable(yaml::text_at(node, {"name"})))
      if (const yaml::Node* const value = yaml::find(node, "value"))
        check_local(resource, *value, value->text);
    for (const yaml::Entry& entry : node.entries) visit(resource, *entry.value, authored);
    if (!node.is_scalar() || authored) return;
    if (contains(node.text, "/simple")) find(resource, node);
    if (contains(node.text, "--trusted-host")) find_trusted_hosts(resource, node);
    if (contains(node.text, "index-url")) find_local_indexes(resource, node);
  }

 private:
  // Other servers have paths of this form too (Nexus: /repository/pypi/simple), so something has
  // to say that it is devpi: its port, its name, or its root user.
  static bool is_devpi(std::string_view host, std::string_view port, std::string_view user) {
    return port == ":3141" || contains(host, "devpi") || user == "root";
  }

  void find(const kube::Resource& resource, const yaml::Node& node) const {
    std::string told;
    for (std::size_t from = 0; from < node.text.size();) {
      const auto match = url_.find(node.text, from);
      if (!match) return;
      const std::string_view whole = *(*match)[0];
      from = static_cast<std::size_t>(whole.data() - node.text.data()) + whole.size();
      const auto part = [&](std::size_t i) { return (*match)[i].value_or(std::string_view()); };
      if (!is_devpi(part(3), part(4), part(5)) || told == whole) continue;
      told = whole;
      const std::string shown = cat(part(1), part(3), part(4), '/', part(5), '/', part(6));
      inspection_.add("lint/index-without-simple", resource, node,
                      cat("devpi has no index at '", shown, "/simple/'"),
                      {{cat("pip reads '", shown, "/+simple/'")}}, {shown});
    }
  }

  static bool is_index_option(std::string_view text) {
    return text == "--index-url" || text == "--extra-index-url" || text == "-i";
  }
  static bool is_index_variable(std::string_view name) {
    return name == "PIP_INDEX_URL" || name == "PIP_EXTRA_INDEX_URL" || name == "UV_INDEX_URL" ||
           name == "UV_DEFAULT_INDEX";
  }

  // A pod that is told to look on itself finds nothing: the index is on the workstation.
  void check_local(const kube::Resource& resource, const yaml::Node& node,
                   std::string_view text) const {
    if (const auto match = local_.find(text); match && (*match)[0]->data() == text.data())
      inspection_.add("lint/local-index", resource, node,
                      cat("'", *(*match)[1], "' is the pod itself, not the host of the index"), {},
                      {std::string(*(*match)[1])});
  }

  void find_local_indexes(const kube::Resource& resource, const yaml::Node& node) const {
    for (std::size_t from = 0; from < node.text.size();) {
      const auto match = index_option_.find(node.text, from);
      if (!match) return;
      const std::string_view address = *(*match)[1];
      from = static_cast<std::size_t>(address.data() - node.text.data()) + address.size();
      check_local(resource, node, address);
    }
  }

  // Within a command line: --trusted-host http://host/…, with '=' or quotes between.
  void find_trusted_hosts(const kube::Resource& resource, const yaml::Node& node) const {
    for (std::size_t from = 0; from < node.text.size();) {
      const auto match = trusted_.find(node.text, from);
      if (!match) return;
      const std::string_view whole = *(*match)[0];
      from = static_cast<std::size_t>(whole.data() - node.text.data()) + whole.size();
      check_trusted_host(resource, node, (*match)[1].value_or(std::string_view()));
    }
  }

  void check_trusted_host(const kube::Resource& resource, const yaml::Node& node,
                          std::string_view value) const {
    const std::size_t scheme = value.find("://");
    if (scheme == std::string_view::npos) return;
    std::string_view host = value.substr(scheme + 3);
    host = host.substr(host.rfind('@', host.find('/')) + 1);  // npos + 1 is 0: no user
    host = host.substr(0, host.find('/'));
    inspection_.add("lint/trusted-host", resource, node,
                    "expected a host behind --trusted-host, got an address",
                    {{cat("pip wants '", host, "'")}}, {std::string(host)},
                    value.starts_with("https:") ? Severity::kWarning : Severity::kError);
  }

  const Inspection& inspection_;
  Regex url_;
  Regex trusted_;
  Regex local_;
  Regex index_option_;
};

}  // namespace

void find_plain_indexes(const Inspection& inspection) {
  const IndexRule rule(inspection);
  for (const kube::Resource& resource : inspection.rendered.resources)
    rule.visit(resource, *resource.body);
}

}  // namespace plumb::lint
