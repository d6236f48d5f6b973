#include "schema/catalogue.h"

#include <algorithm>
#include <mutex>

#include "base/suggest.h"
#include "base/text.h"
#include "kube/type_table.h"
#include "schema/check_type.h"
#include "schema/finding.h"
#include "schema/format.h"
#include "schema/shelf.h"
#include "schema/shipped.h"
#include "yaml/read.h"

namespace plumb::schema {

// The schemas of one group, as they lie in the program.
struct Library::Shipped {
  std::string_view text;
  mutable std::once_flag once;
  mutable Arena arena;
  mutable const yaml::Node* document = nullptr;
  mutable Shelf shelf;
};

Library::Library() : project_(std::make_unique<Shelf>()) {
  for (const EmbeddedText& each : shipped_texts()) {
    auto shipped = std::make_unique<Shipped>();
    shipped->text = each.text;
    shipped_[std::string(each.path.substr(0, each.path.rfind('.')))] = std::move(shipped);
  }
}

Library::~Library() = default;

void Library::add(const yaml::Node& document) {
  if (yaml::text_at(document, {"kind"}) == "CustomResourceDefinition")
    return project_->add_crd(document);
  if (project_->add_definitions(document, Dialect::kJsonSchema) == 0)
    fail("schema/no-kind", document.span, "expected a schema that says which kinds it is for",
         {{"add x-kubernetes-group-version-kind: [{group: …, version: …, kind: …}]"}});
}

const Shelf* Library::shipped(std::string_view group) const {
  const auto found = shipped_.find(group);
  if (found == shipped_.end()) return nullptr;
  const Shipped& shipped = *found->second;
  std::call_once(shipped.once, [&] {
    const yaml::Stream stream =
        yaml::read_text(shipped.text, {}, yaml::kKubernetesProfile, shipped.arena);
    shipped.document = stream.documents[0].root;
    shipped.shelf.add_definitions(*shipped.document, Dialect::kStructural);
  });
  return &shipped.shelf;
}

std::shared_ptr<const Schema> named_schema(const Library& library, std::string_view group,
                                           std::string_view definition) {
  const Shelf* const shelf = library.shipped(group);
  return shelf == nullptr ? nullptr : shelf->named(definition);
}

Catalogue make_catalogue(const Library& library, const kube::ResourceSet& rendered,
                         std::string release) {
  auto shelf = std::make_shared<Shelf>();
  for (const kube::Resource& resource : rendered.resources) shelf->add_crd(*resource.body);
  return {&library, std::move(shelf), std::move(release)};
}

namespace {

// ---- findings about the kind itself ----

struct Subject {
  const kube::Resource& resource;
  const Frame root;
  Findings findings;
};

// A kind that is not served any more, or that will not be.
void find_ended_kind(const kube::Life& life, Subject& subject, const Catalogue& catalogue) {
  const bool gone = life.is_gone_in(catalogue.release);
  if (!gone && !life.is_deprecated_in(catalogue.release)) return;
  const kube::ResourceId& id = subject.resource.id;
  const std::string replacement = life.replacement_text();
  const std::string_view release = gone ? life.gone : life.deprecated;
  std::vector<Note> notes;
  if (!replacement.empty()) notes.push_back({cat("'", replacement, "' has taken its place")});
  if (!gone && !life.gone.empty())
    notes.push_back({cat(life.gone.view(), " will not serve it any more")});
  subject.findings.add(gone ? "schema/gone-kind" : "schema/deprecated-kind", subject.root,
                       place_of_key(subject.root),
                       cat("'", id.kind, "' of '", id.api_version(), "' is ",
                           gone ? "not served" : "deprecated", " since ", release),
                       std::move(notes),
                       {id.api_version(), id.kind, std::string(release), replacement},
                       gone ? Severity::kError : Severity::kWarning);
}

// A kind that this release does not serve yet, or of which nothing is known after some release.
bool is_of_release(const kube::TypeInfo& type, Subject& subject, const Catalogue& catalogue) {
  const bool early = !type.since.empty() && !catalogue.release.empty() &&
                     compare_releases(catalogue.release, type.since) < 0;
  const bool late = !type.until.empty() && (catalogue.release.empty() ||
                                            compare_releases(catalogue.release, type.until) > 0);
  if (!early && !late) return true;
  const kube::ResourceId& id = subject.resource.id;
  const std::string_view release = early ? type.since : type.until;
  subject.findings.add("schema/gone-kind", subject.root, place_of_key(subject.root),
                       cat("'", id.kind, "' of '", id.api_version(), "' is ",
                           early ? "first served in " : "not served after ", release),
                       {}, {id.api_version(), id.kind, std::string(release), ""},
                       early ? Severity::kError : Severity::kWarning);
  return false;
}

// Whether Kubernetes itself serves the group, and this version of it.
struct BuiltInGroup {
  bool group = false, version = false;
};

BuiltInGroup built_in_group(const kube::ResourceId& id) {
  const std::string api_version = id.api_version();
  BuiltInGroup result;
  for (const kube::TypeInfo& kind : kube::all_kinds()) {
    result.version |= kind.api_version == api_version;
    result.group |= kube::split_api_version(kind.api_version).first == id.group;
  }
  return result;
}

// A version that is not known may be newer than the table, so it is a warning.
void find_unknown_kind(Subject& subject, Severity severity) {
  const kube::ResourceId& id = subject.resource.id;
  std::vector<Note> notes;
  std::vector<std::string_view> siblings;
  for (const kube::TypeInfo& kind : kube::all_kinds()) {
    if (kind.api_version == id.api_version()) siblings.push_back(kind.name);
    if (kind.name == id.kind && kind.until.empty())
      notes.push_back({cat("'", kind.api_version.view(), "' has it")});
  }
  if (notes.empty()) notes = did_you_mean(id.kind, siblings);
  subject.findings.add("schema/unknown-kind", subject.root, place_of_key(subject.root),
                       cat("'", id.api_version(), "' has no kind '", id.kind, "'"),
                       std::move(notes), {id.api_version(), id.kind}, severity);
}

void find_unknown_version(const std::vector<std::string>& versions, Subject& subject) {
  const kube::ResourceId& id = subject.resource.id;
  subject.findings.add("schema/unknown-version", subject.root, place_of_key(subject.root),
                       cat("the definition of '", id.kind, "' has no version '", id.version, "'"),
                       {{cat("it has '", join(versions, "', '"), "'")}},
                       {id.api_version(), id.kind});
}

// Kinds whose names may have colons and capitals: whatever fits into a path.
bool has_free_name(const kube::ResourceId& id) {
  return id.group == "rbac.authorization.k8s.io" || id.group == "certificates.k8s.io";
}

void check_name(Subject& subject) {
  const kube::ResourceId& id = subject.resource.id;
  const yaml::Entry* const metadata = yaml::find_entry(*subject.resource.body, "metadata");
  const yaml::Entry* const name =
      metadata == nullptr ? nullptr : yaml::find_entry(*metadata->value, "name");
  if (name == nullptr || !name->value->is_string() || has_free_name(id)) return;
  const bool label = id.kind == "Namespace" || (id.kind == "Service" && id.group.empty());
  const std::string_view text = name->value->text;
  if (label ? is_dns_label(text) : is_dns_subdomain(text)) return;
  const std::string_view expected =
      label ? "a name of lower-case letters, digits and '-', at most 63"
            : "a name of lower-case letters, digits, '-' and '.', at most 253";
  const Frame parent = member_frame(subject.root, *metadata);
  const Frame frame = member_frame(parent, *name);
  subject.findings.add("schema/name", frame, place_of_value(frame),
                       cat("expected ", expected, ", got '", text, "'"), {},
                       {std::string(expected), std::string(text)});
}

// ---- one object ----

void count_without_schema(const kube::ResourceId& id, Report& report) {
  ++report.no_schema;
  ++report.kinds_without_schema[cat(id.api_version(), ' ', id.kind)];
}

void note_unusable(const ShelfItem& item, Subject& subject, Report& report) {
  ++report.unusable;
  const kube::ResourceId& id = subject.resource.id;
  if (!report.unusable_kinds.insert(cat(id.api_version(), ' ', id.kind)).second) return;
  Diagnostic finding = item.why_not;
  finding.severity = Severity::kWarning;
  finding.notes.push_back({cat("objects of kind '", id.kind, "' are not validated")});
  report.findings.push_back(std::move(finding));
}

void check_against(const ShelfItem& item, Subject& subject, Report& report) {
  if (item.schema == nullptr) return count_without_schema(subject.resource.id, report);
  const Schema* const schema = compiled(item);
  if (schema == nullptr) return note_unusable(item, subject, report);
  ++report.validated;
  report.unevaluated_rules += unevaluated_rules(*schema);
  check(*subject.resource.body, *schema, subject.findings.subject, report.findings);
}

void check_built_in(const kube::TypeInfo& type, Subject& subject, const Catalogue& catalogue,
                    Report& report) {
  ++report.validated;
  TypeCheck check{subject.findings, catalogue.release};
  check_struct(type, subject.root, check);
}

const ShelfItem* find_schema(const kube::ResourceId& id, const std::string& api_version,
                             const Catalogue& catalogue) {
  if (const ShelfItem* const item = catalogue.rendered->find(api_version, id.kind)) return item;
  return catalogue.library->project().find(api_version, id.kind);
}

void validate_object(Subject& subject, const Catalogue& catalogue, Report& report) {
  const kube::ResourceId& id = subject.resource.id;
  const std::string api_version = id.api_version();
  if (const ShelfItem* const item = find_schema(id, api_version, catalogue))
    return check_against(*item, subject, report);
  const kube::Life* const life = kube::find_life(api_version, id.kind);
  if (life != nullptr) find_ended_kind(*life, subject, catalogue);
  const bool gone = life != nullptr && life->is_gone_in({});
  if (const kube::TypeInfo* const type = kube::find_type(api_version, id.kind)) {
    if (gone || is_of_release(*type, subject, catalogue))
      check_built_in(*type, subject, catalogue, report);
    return;
  }
  if (gone) return count_without_schema(id, report);
  const std::vector<std::string> versions = catalogue.rendered->versions(id.group, id.kind);
  if (!versions.empty()) return find_unknown_version(versions, subject);
  const Shelf* const shipped = catalogue.library->shipped(id.group);
  if (const ShelfItem* const item =
          shipped == nullptr ? nullptr : shipped->find(api_version, id.kind))
    return check_against(*item, subject, report);
  const BuiltInGroup built_in = built_in_group(id);
  if (built_in.version) return find_unknown_kind(subject, Severity::kError);
  if (built_in.group) find_unknown_kind(subject, Severity::kWarning);
  count_without_schema(id, report);
}

bool has_error(const Diagnostics& findings, std::size_t from) {
  return std::any_of(findings.begin() + static_cast<std::ptrdiff_t>(from), findings.end(),
                     [](const Diagnostic& each) { return each.severity == Severity::kError; });
}

bool is_plain_list(const kube::ResourceId& id) {
  return id.kind == "List" && id.group.empty() && id.version == "v1";
}

}  // namespace

void validate(const kube::Resource& resource, const Catalogue& catalogue, Report& report) {
  if (is_plain_list(resource.id)) {
    if (const yaml::Node* const items = yaml::find(*resource.body, "items"))
      for (yaml::Node* const item : items->items)
        validate(kube::Resource{kube::id_of(*item), item, {}}, catalogue, report);
    return;
  }
  const std::string name = kube::describe(resource.id);
  const std::size_t before = report.findings.size();
  Subject subject{resource, root_frame(*resource.body), {&report.findings, name, 0}};
  validate_object(subject, catalogue, report);
  check_name(subject);
  if (has_error(report.findings, before)) ++report.invalid;
}

void validate(const kube::ResourceSet& set, const Catalogue& catalogue, Report& report) {
  for (const kube::Resource& resource : set.resources) validate(resource, catalogue, report);
}

}  // namespace plumb::schema
