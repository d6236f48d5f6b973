#include <yaml.h>

#include "rivals.h"
#include "yaml/read.h"

namespace plumb::bench {

namespace {

const unsigned char* bytes(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

int append(void* out, unsigned char* text, std::size_t size) {
  static_cast<std::string*>(out)->append(reinterpret_cast<const char*>(text), size);
  return 1;
}

bool misread_when_plain(const yaml::Node& node) {
  return node.is_string() &&
         yaml::resolve(node.text, yaml::Resolution::kGoYaml2) != yaml::Type::kString;
}

yaml_scalar_style_t style_of(const yaml::Node& node) {
  if (node.text.find('\n') != std::string_view::npos) return YAML_LITERAL_SCALAR_STYLE;
  return misread_when_plain(node) ? YAML_DOUBLE_QUOTED_SCALAR_STYLE : YAML_ANY_SCALAR_STYLE;
}

}  // namespace

std::size_t read_with_libyaml(const std::string& text) {
  yaml_parser_t parser;
  if (yaml_parser_initialize(&parser) == 0) return 0;
  yaml_parser_set_input_string(&parser, bytes(text), text.size());
  std::size_t count = 0;
  for (bool end = false; !end;) {
    yaml_event_t event;
    if (yaml_parser_parse(&parser, &event) == 0) {
      count = 0;
      break;
    }
    end = event.type == YAML_STREAM_END_EVENT;
    yaml_event_delete(&event);
    ++count;
  }
  yaml_parser_delete(&parser);
  return count;
}

struct LibyamlEvents::State {
  std::vector<yaml_event_t> events;
  int width = -1;
  bool emitted = false;

  yaml_event_t& next() { return events.emplace_back(); }

  void add(const yaml::Node& node) {
    if (node.is_scalar()) {
      const auto* const text = reinterpret_cast<const unsigned char*>(node.text.data());
      yaml_scalar_event_initialize(&next(), nullptr, nullptr, text,
                                   static_cast<int>(node.text.size()), 1, 1, style_of(node));
      return;
    }
    if (node.is_sequence()) {
      yaml_sequence_start_event_initialize(&next(), nullptr, nullptr, 1, YAML_BLOCK_SEQUENCE_STYLE);
      for (const yaml::Node* const item : node.items) add(*item);
      yaml_sequence_end_event_initialize(&next());
      return;
    }
    yaml_mapping_start_event_initialize(&next(), nullptr, nullptr, 1, YAML_BLOCK_MAPPING_STYLE);
    for (const yaml::Entry& entry : node.entries) {
      add(*entry.key);
      add(*entry.value);
    }
    yaml_mapping_end_event_initialize(&next());
  }
};

LibyamlEvents::LibyamlEvents(const std::vector<const yaml::Node*>& roots, int width)
    : state_(std::make_unique<State>()) {
  state_->width = width;
  yaml_stream_start_event_initialize(&state_->next(), YAML_UTF8_ENCODING);
  for (const yaml::Node* const root : roots) {
    yaml_document_start_event_initialize(&state_->next(), nullptr, nullptr, nullptr, 0);
    state_->add(*root);
    yaml_document_end_event_initialize(&state_->next(), 1);
  }
  yaml_stream_end_event_initialize(&state_->next());
}

LibyamlEvents::~LibyamlEvents() {
  if (state_->emitted) return;
  for (yaml_event_t& event : state_->events) yaml_event_delete(&event);
}

void LibyamlEvents::emit(std::string& out) {
  out.clear();
  yaml_emitter_t emitter;
  if (yaml_emitter_initialize(&emitter) == 0) return;
  yaml_emitter_set_output(&emitter, append, &out);
  yaml_emitter_set_width(&emitter, state_->width);
  yaml_emitter_set_unicode(&emitter, 1);
  state_->emitted = true;
  for (yaml_event_t& event : state_->events) {
    if (yaml_emitter_emit(&emitter, &event) == 0) {
      out.clear();
      break;
    }
  }
  yaml_emitter_delete(&emitter);
}

}  // namespace plumb::bench
