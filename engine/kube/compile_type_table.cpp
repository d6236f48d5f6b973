// compile_type_table FILE.types > type_table_data.cpp
//
// Runs while plumb is built: turns the table of built-in types into constant arrays that need no
// relocation and no start-up work. A line it does not understand stops the build.

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace {

using Texts = std::vector<std::string>;

struct Field {
  std::string name, type;
  bool required = false;
  Texts attributes;
};

struct Type {
  std::string group, name, scope, since, until;
  bool kind = false, list = false, atomic = false, has_list = true;
  std::vector<Field> fields;
};

struct Table {
  std::vector<Type> types;
  std::vector<Texts> lives;
  std::set<std::string> releases;
};

[[noreturn]] void stop(const std::string& why) {
  std::cerr << "compile_type_table: " << why << '\n';
  std::exit(1);
}

Texts words(const std::string& line) {
  std::istringstream in(line);
  Texts result;
  for (std::string word; in >> word;) result.push_back(word);
  return result;
}

Texts divided(const std::string& text, char by) {
  Texts result(1);
  for (const char c : text) {
    if (c == by)
      result.emplace_back();
    else
      result.back() += c;
  }
  return result;
}

// The rest of `word` behind `prefix`, when it starts so.
bool behind(const std::string& word, const std::string& prefix, std::string& rest) {
  if (word.compare(0, prefix.size(), prefix) != 0) return false;
  rest = word.substr(prefix.size());
  return true;
}

// ---- reading ----

void read_type(Table& table, const std::string& group, const Texts& line) {
  Type type;
  type.group = group;
  type.name = line.at(1);
  type.kind = line[0] == "kind";
  for (std::size_t i = 2; i < line.size(); ++i) {
    if (line[i] == "namespaced" || line[i] == "cluster")
      type.scope = line[i];
    else if (line[i] == "nolist")
      type.has_list = false;
    else if (line[i] == "atomic")
      type.atomic = true;
    else if (!behind(line[i], "since:", type.since) && !behind(line[i], "until:", type.until))
      stop("unknown word '" + line[i] + "' of type " + type.name);
  }
  table.types.push_back(type);
}

Field read_field(const Texts& line) {
  Field field;
  field.name = line.at(0);
  field.type = line.at(1);
  if (field.name.back() == '!') {
    field.required = true;
    field.name.pop_back();
  }
  field.attributes.assign(line.begin() + 2, line.end());
  return field;
}

Table read_table(std::istream& in) {
  Table table;
  std::string group;
  for (std::string text; std::getline(in, text);) {
    const Texts line = words(text);
    if (line.empty() || line[0][0] == '#') {
      // The releases stand in the head: "# 1.21, 1.30, … that have it."
      if (line.size() > 3 && line[1].back() == ',' && std::isdigit(line[1][0]) != 0)
        for (std::size_t i = 1; std::isdigit(line[i][0]) != 0; ++i)
          table.releases.insert(divided(line[i], ',')[0]);
    } else if (text[0] == ' ') {
      if (table.types.empty()) stop("a field before the first type");
      table.types.back().fields.push_back(read_field(line));
    } else if (line[0] == "group") {
      group = line.at(1);
    } else if (line[0] == "kind" || line[0] == "type") {
      read_type(table, group, line);
    } else if (line[0] == "life") {
      table.lives.push_back(line);
      table.lives.back().resize(7);
    } else {
      stop("unknown line '" + text + "'");
    }
  }
  return table;
}

// ---- what is implied ----

void add_implied(Table& table) {
  const std::vector<Type> written = table.types;
  for (Type& type : table.types) {
    if (!type.kind) continue;
    type.fields.push_back({"apiVersion", "string", false, {}});
    type.fields.push_back({"kind", "string", false, {}});
    type.fields.push_back({"metadata", "meta/v1.ObjectMeta", false, {}});
  }
  for (const Type& type : written) {
    if (!type.kind || !type.has_list) continue;
    Type list = type;
    list.name += "List";
    list.list = true;
    list.fields = {{"apiVersion", "string", false, {}},
                   {"items", "[]" + type.name, true, {}},
                   {"kind", "string", false, {}},
                   {"metadata", "meta/v1.ListMeta", false, {}}};
    table.types.push_back(list);
  }
}

void sort_table(Table& table) {
  std::sort(table.types.begin(), table.types.end(), [](const Type& a, const Type& b) {
    return std::tie(b.kind, a.group, a.name) < std::tie(a.kind, b.group, b.name);
  });
  for (Type& type : table.types)
    std::sort(type.fields.begin(), type.fields.end(),
              [](const Field& a, const Field& b) { return a.name < b.name; });
}

// ---- writing ----

const std::map<std::string, std::string> kScalars{
    {"string", "kString"},       {"int32", "kInteger32"},   {"int64", "kInteger64"},
    {"double", "kNumber"},       {"bool", "kBoolean"},      {"intstr", "kIntOrString"},
    {"quantity", "kQuantity"},   {"bytes", "kBytes"},       {"time", "kTime"},
    {"microtime", "kMicroTime"}, {"object", "kFreeObject"}, {"any", "kAny"}};

const std::map<std::string, std::string> kForms{{"labels", "kLabels"},
                                                {"annotations", "kAnnotations"},
                                                {"keys", "kDataKeys"},
                                                {"label", "kLabel"},
                                                {"port", "kPortName"}};

// What stands behind a field's type, as the texts of C++ that it becomes.
struct Attributes {
  std::string merge_key, merge_since, fallback, map_keys, enumeration, since, until;
  std::string range = "0, 0", topology = "kNone", form = "kNone";
  bool immutable = false, deprecated = false, merges = false, retains_keys = false;
  bool has_fallback = false;
};

bool read_word(const std::string& word, Attributes& known) {
  if (word == "immutable") return known.immutable = true;
  if (word == "deprecated") return known.deprecated = true;
  if (word == "+retainKeys") return known.retains_keys = true;
  if (word == "set" || word == "atomic") {
    known.topology = word == "set" ? "kSet" : "kAtomic";
    return true;
  }
  return behind(word, "enum:", known.enumeration) || behind(word, "since:", known.since) ||
         behind(word, "until:", known.until) || behind(word, "merge-since:", known.merge_since);
}

Attributes read_attributes(const Field& field) {
  Attributes known;
  for (const std::string& word : field.attributes) {
    std::string rest;
    if (behind(word, "merge:", known.merge_key)) {
      known.merges = true;
    } else if (behind(word, "map:", known.map_keys)) {
      known.topology = "kMap";
    } else if (behind(word, "=", known.fallback)) {
      known.has_fallback = true;
      if (known.fallback == "\"\"") known.fallback.clear();
    } else if (behind(word, "range:", rest)) {
      known.range = rest.substr(0, rest.find("..")) + ", " + rest.substr(rest.find("..") + 2);
    } else if (behind(word, "form:", rest)) {
      known.form = kForms.at(rest);
    } else if (!read_word(word, known)) {
      stop("unknown word '" + word + "' of field " + field.name);
    }
  }
  return known;
}

class Writer {
 public:
  explicit Writer(const Table& table) : table_(table) {
    for (std::size_t i = 0; i < table.types.size(); ++i)
      type_index_[table.types[i].group + "." + table.types[i].name] = i;
  }

  void write(std::ostream& out) {
    const std::string types = type_rows();
    std::string lives;
    for (const Texts& row : table_.lives) {
      lives += "  {";
      for (std::size_t i = 1; i < row.size(); ++i)
        lives += (i == 1 ? "" : ", ") + text(row[i] == "-" ? "" : row[i]);
      lives += "},\n";
    }
    std::string releases;
    for (const std::string& release : table_.releases) releases += "  " + text(release) + ",\n";
    std::size_t kinds = 0;
    while (kinds < table_.types.size() && table_.types[kinds].kind) ++kinds;
    out << "#include \"kube/type_table_data.h\"\n\nnamespace plumb::kube::table {\n"
        << "const TableText kTexts[] = {\n"
        << texts_ << "  {0, 0}};\n"
        << "const ValueType kValues[] = {\n"
        << values_ << "};\n"
        << "const FieldInfo kFields[] = {\n"
        << fields_ << "};\n"
        << "const TypeInfo kTypes[] = {\n"
        << types << "};\n"
        << "const std::size_t kKindCount = " << kinds << ";\n"
        << "const std::size_t kTypeCount = " << table_.types.size() << ";\n"
        << "const Life kLives[] = {\n"
        << lives << "};\n"
        << "const std::size_t kLifeCount = " << table_.lives.size() << ";\n"
        << "const TableText kReleases[] = {\n"
        << releases << "};\n"
        << "const std::size_t kReleaseCount = " << table_.releases.size() << ";\n"
        << "const char kText[] =";
    for (std::size_t at = 0; at < pool_.size(); at += 80)
      out << "\n    \"" << escaped(pool_.substr(at, 80)) << '"';
    out << ";\n}  // namespace plumb::kube::table\n";
  }

 private:
  static std::string escaped(const std::string& raw) {
    std::string result;
    for (const char c : raw) {
      if (c == '"' || c == '\\') result += '\\';
      result += c;
    }
    return result;
  }

  std::string text(const std::string& value) {
    if (value.empty()) return "{0, 0}";
    const auto found = pooled_.find(value);
    if (found != pooled_.end()) return found->second;
    const std::string row =
        "{" + std::to_string(pool_.size()) + ", " + std::to_string(value.size()) + "}";
    pool_ += value;
    return pooled_[value] = row;
  }

  std::string text_list(const std::string& joined, char by) {
    if (joined.empty()) return "{}";
    const Texts parts = divided(joined, by);
    const std::string range =
        "{" + std::to_string(text_count_) + ", " + std::to_string(parts.size()) + "}";
    for (const std::string& part : parts) texts_ += "  " + text(part) + ",\n";
    text_count_ += parts.size();
    return range;
  }

  // The index of a value type, made on first use; elements before what holds them.
  std::size_t value(const std::string& type, const std::string& group) {
    std::string rest;
    if (behind(type, "[]", rest)) return value_row("kList", value(rest, group));
    if (behind(type, "{}", rest)) return value_row("kMap", value(rest, group));
    if (type.size() > 4 && type.substr(type.size() - 4) == "|any")
      return value_row("kStructOrAny", struct_index(type.substr(0, type.size() - 4), group));
    const auto scalar = kScalars.find(type);
    if (scalar != kScalars.end()) return value_row(scalar->second, 0);
    return value_row("kStruct", struct_index(type, group));
  }

  std::size_t struct_index(const std::string& type, const std::string& group) {
    const auto named =
        type_index_.find(type.find('.') == std::string::npos ? group + "." + type : type);
    if (named == type_index_.end()) stop("unknown type '" + type + "' in " + group);
    return named->second;
  }

  std::size_t value_row(const std::string& kind, std::size_t index) {
    const auto [at, fresh] = value_index_.try_emplace({kind, index}, value_index_.size());
    if (fresh) values_ += "  {FieldKind::" + kind + ", " + std::to_string(index) + "},\n";
    return at->second;
  }

  std::string field_row(const Field& field, const Type& type) {
    Attributes known = read_attributes(field);
    if (known.merges && known.since.empty() && known.merge_since.empty())
      known.merge_since = type.since;
    const auto flag = [](bool value) { return value ? "true, " : "false, "; };
    return "  {" + text(field.name) + ", " + std::to_string(value(field.type, type.group)) + ", " +
           flag(field.required) + flag(known.immutable) + flag(known.deprecated) +
           flag(known.merges) + flag(known.retains_keys) + flag(known.has_fallback) +
           flag(known.range != "0, 0") + "Topology::" + known.topology + ", Form::" + known.form +
           ", " + text(known.merge_key) + ", " + text(known.merge_since) + ", " +
           text(known.fallback) + ", " + text_list(known.map_keys, ',') + ", " +
           text_list(known.enumeration, '|') + ", " + known.range + ", " + text(known.since) +
           ", " + text(known.until) + "},\n";
  }

  std::string type_rows() {
    std::string rows;
    for (const Type& type : table_.types) {
      const std::string scope = type.scope.empty()        ? "kUnknown"
                                : type.scope == "cluster" ? "kCluster"
                                                          : "kNamespaced";
      const auto flag = [](bool value) { return value ? "true, " : "false, "; };
      rows += "  {" + text(type.group) + ", " + text(type.name) + ", " +
              std::to_string(field_count_) + ", " + std::to_string(type.fields.size()) +
              ", Scope::" + scope + ", " + flag(type.kind) + flag(type.list) + flag(type.atomic) +
              text(type.since) + ", " + text(type.until) + "},\n";
      for (const Field& field : type.fields) fields_ += field_row(field, type);
      field_count_ += type.fields.size();
    }
    return rows;
  }

  const Table& table_;
  std::map<std::string, std::size_t> type_index_;
  std::map<std::string, std::string> pooled_;
  std::map<std::pair<std::string, std::size_t>, std::size_t> value_index_;
  std::string pool_, texts_, values_, fields_;
  std::size_t text_count_ = 0, field_count_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) stop("expected the table's file");
  std::ifstream in(argv[1]);
  if (!in) stop(std::string("no file '") + argv[1] + "'");
  Table table = read_table(in);
  add_implied(table);
  sort_table(table);
  Writer(table).write(std::cout);
  return 0;
}
