#pragma once
// Templates as programs.
//
// A template becomes lines of Starlark: its own code, and calls of instructions that start nodes
// and set their values. Instructions are numbered by template (__ytt_tpl2_start_node), because ytt
// shows those names. Running the program calls a Builder, which puts the resulting nodes together.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "starlark/starlark.h"
#include "ytt/node.h"
#include "ytt/values.h"

namespace plumb::ytt {

// A line of the program and what it was made from.
struct Line {
  std::string code;
  bool has_source = false;
  std::string_view file;
  std::uint32_t number = 0;    // in the file
  std::string_view text;       // the whole line of the file; of a text template the piece
  std::string_view selection;  // a piece within that line, for which `code` stands
  Span span;                   // the piece that `code` holds, or the node's
  std::uint32_t column = 1;    // in `code`, where the piece starts
};

// What the instructions of one template refer to, by number.
struct Slot {
  Node* node = nullptr;
  std::uint32_t parent = 0;
  Span value_span;  // of the expression that gives its value
};

struct Template {
  std::string name;
  std::uint32_t number = 0;
  std::vector<Line> lines;
  std::vector<Slot> slots{1};  // 0: the root
  bool implicit_key_overrides = false;
  bool is_text = false;   // a text template
  bool has_nodes = true;  // false: a Starlark file
};

struct TemplateOptions {
  bool ignore_unknown_comments = false;
  bool implicit_key_overrides = false;
};

// What a comment says: "@data/values x" is {name "data/values", content "x"}.
struct Mark {
  enum class Kind : std::uint8_t { kComment, kCode, kValue, kAnnotation, kUnknown };
  Kind kind = Kind::kComment;
  std::string_view name;
  std::string_view content;
};
// `line`: of the node that the comment belongs to, 0 when it is not known.
Mark read_mark(const Comment& comment, const Place& node_place);

// Whether any comment below makes it a template.
bool has_templating(const Node* node);

// Throws ytt/template.
void compile_yaml(Template& out, Node& documents, std::string_view text,
                  const TemplateOptions& options, Arena& arena);
void compile_text(Template& out, std::string_view text, SourceId source, Arena& arena);
void compile_starlark(Template& out, std::string_view text, SourceId source);

// The instructions of a string that is a text template: lines, the last of which ends its value.
std::vector<Line> compile_inline(Template& out, std::string_view text, const Place& place,
                                 Arena& arena);

// ---- running ----

// Puts the nodes together that a template's instructions make. Functions of the template may be
// called long after it ran, so the builder lives as long as the thread.
class Builder {
 public:
  Builder(Template& program, Thread& thread) : program_(program), thread_(thread) {}
  Builder(const Builder&) = delete;
  Builder& operator=(const Builder&) = delete;

  const Template& program() const { return program_; }
  Node* root() const { return root_; }

  // Instructions.
  Value start_context(const Arguments& arguments);
  Value end_context(const Arguments& arguments);
  Value start_annotation(const Arguments& arguments);
  Value start_node(const Arguments& arguments);
  Value set_node(const Arguments& arguments);
  Value set_key(const Arguments& arguments);
  Value replace(const Arguments& arguments);

 private:
  struct Context {
    bool is_text = false;
    Node* root = nullptr;
    std::vector<Node*> nodes;  // open now, the outermost first
    std::vector<std::uint32_t> slots;
    std::vector<std::pair<std::uint32_t, Annotation>> annotations;  // of nodes not started yet
    std::vector<std::pair<std::uint32_t, Node*>> keys;
  };
  Context& context();
  const Slot& slot(const Value& number) const;
  void start(std::uint32_t number);
  void take_pending(Context& context, Node& node, std::uint32_t number);
  void close_to_common_parent(Context& context, std::uint32_t number) const;
  std::vector<std::uint32_t> ancestors(std::uint32_t number) const;
  void check_key(Node& map, const Node& item, bool strict) const;
  void add_value(Node& parent, Node* value) const;
  void set_value(Node& node, Node* value, std::uint32_t number);
  Value finished(const Context& context);
  void replace_item(Node& parent, Node* placeholder, std::span<Node* const> items) const;
  std::vector<Node*> items_for(const Node& placeholder, Node* value,
                               bool& carries_annotations) const;

  Template& program_;
  Thread& thread_;
  std::vector<Context> contexts_;
  bool began_ = false;
  Node* root_ = nullptr;
};

// Finds a template by its name, for backtraces; null: it belongs to another library.
using FindTemplate = std::function<const Template*(std::string_view name)>;

// Runs a compiled template; the result's nodes are builder.root(). Throws what ytt prints.
starlark::Module* run_template(Thread& thread, Builder& builder, const FindTemplate& find);

// A failure of code as ytt words it: the message, hints, the lines that led there.
std::string describe_failure(const starlark::RunError& error, const FindTemplate& find);

std::string text_of(const Node* root);  // of a text template's result

}  // namespace plumb::ytt
