#include "schema/reference.h"

#include "base/text.h"

namespace plumb::schema {

namespace {

struct Uri {
  std::string_view scheme, authority, path, query, fragment;
  bool has_authority = false, has_query = false, has_fragment = false;
};

Uri parse_uri(std::string_view text) {
  Uri uri;
  if (const std::size_t at = text.find('#'); at != std::string_view::npos) {
    uri.fragment = text.substr(at + 1);
    uri.has_fragment = true;
    text = text.substr(0, at);
  }
  if (const std::size_t at = text.find('?'); at != std::string_view::npos) {
    uri.query = text.substr(at + 1);
    uri.has_query = true;
    text = text.substr(0, at);
  }
  const std::size_t colon = text.find(':');
  if (colon != std::string_view::npos && text.find('/') > colon) {
    uri.scheme = text.substr(0, colon);
    text = text.substr(colon + 1);
  }
  if (text.starts_with("//")) {
    const std::size_t end = std::min(text.find('/', 2), text.size());
    uri.authority = text.substr(2, end - 2);
    uri.has_authority = true;
    text = text.substr(end);
  }
  uri.path = text;
  return uri;
}

std::string without_dots(std::string_view path) {
  std::vector<std::string_view> kept;
  const std::vector<std::string_view> parts = split(path, '/');
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool last = i + 1 == parts.size();
    if (parts[i] == "..") {
      if (kept.size() > 1) kept.pop_back();
      if (last) kept.push_back("");
    } else if (parts[i] != ".") {
      kept.push_back(parts[i]);
    } else if (last) {
      kept.push_back("");
    }
  }
  return join(kept, "/");
}

std::string assemble(const Uri& uri, std::string_view path) {
  std::string text;
  if (!uri.scheme.empty()) text += cat(uri.scheme, ':');
  if (uri.has_authority) text += cat("//", uri.authority);
  text += path;
  if (uri.has_query) text += cat('?', uri.query);
  return text;
}

std::string merged_path(const Uri& base, std::string_view path) {
  if (base.has_authority && base.path.empty()) return cat('/', path);
  const std::size_t slash = base.path.rfind('/');
  return cat(slash == std::string_view::npos ? std::string_view() : base.path.substr(0, slash + 1),
             path);
}

std::string unescape_percent(std::string_view text) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; };
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      result += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    } else {
      result += text[i];
    }
  }
  return result;
}

std::string without_fragment(std::string_view uri) {
  return std::string(uri.substr(0, uri.find('#')));
}

// Data, not schemas: an $id in there names nothing.
bool holds_data(std::string_view keyword) {
  return keyword == "enum" || keyword == "const" || keyword == "default" || keyword == "examples" ||
         keyword == "example";
}

bool holds_named_schemas(std::string_view keyword) {
  return keyword == "properties" || keyword == "patternProperties" || keyword == "definitions" ||
         keyword == "$defs" || keyword == "dependencies" || keyword == "dependentSchemas";
}

// The $id that moves the base of the references in a schema; not one beside a $ref, not a fragment.
std::string_view own_id(const yaml::Node& schema) {
  const yaml::Node* const id = yaml::find(schema, "$id");
  if (id == nullptr || !id->is_string() || id->text.starts_with('#')) return {};
  return yaml::find(schema, "$ref") == nullptr ? id->text : std::string_view();
}

}  // namespace

std::string resolve_uri(std::string_view base, std::string_view reference) {
  const Uri from = parse_uri(base);
  Uri to = parse_uri(reference);
  const std::string fragment = to.has_fragment ? cat('#', to.fragment) : std::string();
  if (!to.scheme.empty()) return assemble(to, without_dots(to.path)) + fragment;
  to.scheme = from.scheme;
  if (to.has_authority) return assemble(to, without_dots(to.path)) + fragment;
  to.authority = from.authority;
  to.has_authority = from.has_authority;
  if (to.path.empty()) {
    if (!to.has_query) {
      to.query = from.query;
      to.has_query = from.has_query;
    }
    return assemble(to, from.path) + fragment;
  }
  if (to.path.starts_with('/')) return assemble(to, without_dots(to.path)) + fragment;
  return assemble(to, without_dots(merged_path(from, to.path))) + fragment;
}

std::vector<const yaml::Node*> follow_pointer(const yaml::Node& document,
                                              std::string_view pointer) {
  std::vector<const yaml::Node*> way{&document};
  if (pointer.empty()) return way;
  for (const std::string_view part : split(pointer.substr(1), '/')) {
    const std::string name = replace_all(replace_all(unescape_percent(part), "~1", "/"), "~0", "~");
    const yaml::Node& at = *way.back();
    const yaml::Node* next = nullptr;
    if (at.is_sequence()) {
      const auto index = to_integer(name);
      if (index && *index >= 0 && static_cast<std::uint64_t>(*index) < at.items.size())
        next = at.items[static_cast<std::size_t>(*index)];
    } else {
      next = yaml::find(at, name);
    }
    if (next == nullptr) return {};
    way.push_back(next);
  }
  return way;
}

References::References(const yaml::Node& document, DocumentLoader load) : load_(std::move(load)) {
  documents_[""] = {&document, ""};
  note(document, "", true);
}

void References::note(const yaml::Node& node, const std::string& base, bool is_schema) {
  std::string here = base;
  if (is_schema && node.is_mapping()) {
    if (const std::string_view id = own_id(node); !id.empty()) {
      here = without_fragment(resolve_uri(base, id));
      documents_.try_emplace(here, Target{&node, base});
    }
    const std::string_view id = yaml::text_at(node, {"$id"});
    if (id.starts_with('#')) anchors_.try_emplace(resolve_uri(base, id), Target{&node, base});
    if (const std::string_view anchor = yaml::text_at(node, {"$anchor"}); !anchor.empty())
      anchors_.try_emplace(cat(here, '#', anchor), Target{&node, base});
  }
  for (const yaml::Node* const item : node.items) note(*item, here, true);
  for (const yaml::Entry& entry : node.entries)
    if (!is_schema || !holds_data(entry.key->text))
      note(*entry.value, here, !is_schema || !holds_named_schemas(entry.key->text));
}

const Target* References::document_at(const std::string& uri) {
  const auto found = documents_.find(uri);
  if (found != documents_.end()) return &found->second;
  const yaml::Node* const loaded = load_ ? load_(uri) : nullptr;
  if (loaded == nullptr) return nullptr;
  documents_[uri] = {loaded, uri};
  note(*loaded, uri, true);
  return &documents_[uri];
}

Target References::find(std::string_view base, std::string_view reference) {
  const std::string uri = resolve_uri(base, reference);
  const std::size_t hash = uri.find('#');
  const Target* const document = document_at(uri.substr(0, hash));
  if (document == nullptr) return {};
  const std::string fragment = hash == std::string::npos ? std::string() : uri.substr(hash + 1);
  if (fragment.empty()) return *document;
  if (fragment[0] != '/') {
    const auto anchor = anchors_.find(uri);
    return anchor == anchors_.end() ? Target{} : anchor->second;
  }
  const std::vector<const yaml::Node*> way = follow_pointer(*document->node, fragment);
  if (way.empty()) return {};
  Target target{way.back(), document->base};
  for (std::size_t i = 0; i + 1 < way.size(); ++i)
    if (const std::string_view id = own_id(*way[i]); !id.empty())
      target.base = without_fragment(resolve_uri(target.base, id));
  return target;
}

}  // namespace plumb::schema
