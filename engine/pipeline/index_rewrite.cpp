// Where bootstraps are in compiled pipelines, and their editing. The descent copies only the nodes
// on the way to a change: each function gives the new node, or null when nothing changed.

#include "base/text.h"
#include "kube/resource.h"
#include "pipeline/glob.h"
#include "pipeline/index.h"
#include "pipeline/json_text.h"
#include "pipeline/pip_command.h"

namespace plumb::pipeline {

namespace {

using yaml::Node;

struct Rewriter {
  Arena& arena;
  yaml::Origins& origins;
  const IndexUrls& urls;
  PipFlags flags;
  yaml::LayerId layer = 0;
  RewriteCount count;
};

PipFlags flags_of(const IndexUrls& urls) {
  PipFlags flags;
  flags.flags.emplace_back("--index-url", urls.install_url);
  for (const std::string& url : urls.extra_urls) flags.flags.emplace_back("--extra-index-url", url);
  for (const std::string& host : urls.trusted_hosts)
    flags.flags.emplace_back("--trusted-host", host);
  flags.pins = urls.pins;
  return flags;
}

// ---- copying on the way ----

// edit(child) for the value under a key.
template <typename Edit>
Node* under(Rewriter& rewriter, const Node* mapping, std::string_view key, Edit edit) {
  if (!mapping || !mapping->is_mapping()) return nullptr;
  const Node* const child = yaml::find(*mapping, key);
  Node* const changed = child ? edit(child) : nullptr;
  if (!changed) return nullptr;
  Node* const copy = yaml::copy_shallow(rewriter.arena, *mapping);
  for (yaml::Entry& entry : copy->entries)
    if (entry.value == child) entry.value = changed;
  return copy;
}

// The same for each value of a mapping (edit(value, key)).
template <typename Edit>
Node* each_value(Rewriter& rewriter, const Node* mapping, Edit edit) {
  if (!mapping || !mapping->is_mapping()) return nullptr;
  Node* copy = nullptr;
  for (std::size_t i = 0; i < mapping->entries.size(); ++i) {
    const yaml::Entry& entry = mapping->entries[i];
    Node* const changed = edit(entry.value, entry.key->text);
    if (!changed) continue;
    if (!copy) copy = yaml::copy_shallow(rewriter.arena, *mapping);
    copy->entries[i].value = changed;
  }
  return copy;
}

// The same for each item of a sequence.
template <typename Edit>
Node* each_item(Rewriter& rewriter, const Node* sequence, Edit edit) {
  if (!sequence || !sequence->is_sequence()) return nullptr;
  Node* copy = nullptr;
  for (std::size_t i = 0; i < sequence->items.size(); ++i) {
    Node* const changed = edit(sequence->items[i]);
    if (!changed) continue;
    if (!copy) copy = yaml::copy_shallow(rewriter.arena, *sequence);
    copy->items[i] = changed;
  }
  return copy;
}

// Edits one after another: what the first changed is what the second sees.
template <typename First, typename... Rest>
Node* in_turn(const Node* node, First first, Rest... rest) {
  Node* const changed = first(node);
  if constexpr (sizeof...(rest) == 0) {
    return changed;
  } else {
    Node* const later = in_turn(changed ? changed : node, rest...);
    return later ? later : changed;
  }
}

// ---- bootstraps ----

Node* with_text(Rewriter& rewriter, const Node& scalar, const std::string& text) {
  Node* const written = yaml::copy_shallow(rewriter.arena, scalar);
  written->text = rewriter.arena.copy(text);
  rewriter.origins.record(*written, &scalar, rewriter.urls.span, rewriter.layer);
  ++rewriter.count.changed;
  return written;
}

std::vector<TextEdit> bootstrap_edits(Rewriter& rewriter, std::string_view script) {
  if (!runs_the_rest(script)) return {};
  rewriter.count.calls += count_pip_calls(script);
  return pip_edits(script, rewriter.flags);
}

// A list of command words.
Node* rewrite_words(Rewriter& rewriter, const Node* words) {
  if (!words->is_sequence()) return nullptr;
  std::vector<std::string_view> texts;
  for (const Node* const word : words->items) texts.push_back(word->is_string() ? word->text : "");
  const std::size_t index = bootstrap_index(texts);
  if (index >= texts.size()) return nullptr;
  const std::vector<TextEdit> edits = bootstrap_edits(rewriter, texts[index]);
  if (edits.empty()) return nullptr;
  Node* const copy = yaml::copy_shallow(rewriter.arena, *words);
  copy->items[index] = with_text(rewriter, *words->items[index], apply_edits(texts[index], edits));
  return copy;
}

// Whether a container's arguments are a whole command: its launcher runs what follows "--".
bool launches_arguments(const Node& container) {
  const Node* const command = yaml::find(container, "command");
  return command && command->is_sequence() && !command->items.empty() &&
         command->items.back()->text == "--";
}

Node* rewrite_container(Rewriter& rewriter, const Node* container) {
  if (!container->is_mapping()) return nullptr;
  const std::string_view key = launches_arguments(*container) ? "args" : "command";
  return under(rewriter, container, key,
               [&](const Node* words) { return rewrite_words(rewriter, words); });
}

// JSON text that holds a container behind `keys`.
Node* rewrite_json(Rewriter& rewriter, const Node* scalar,
                   std::initializer_list<std::string_view> keys) {
  if (!scalar->is_string()) return nullptr;
  const std::string_view json = scalar->text;
  const std::optional<TextRange> list = json_value(json, keys);
  if (!list) return nullptr;
  std::vector<JsonString> words;
  std::vector<std::string_view> texts;
  const std::vector<TextRange> elements = json_elements(json, *list);
  words.reserve(elements.size());
  for (const TextRange element : elements) {
    words.push_back(json_string(json, element).value_or(JsonString()));
    texts.push_back(words.back().text);
  }
  const std::size_t index = bootstrap_index(texts);
  if (index >= texts.size()) return nullptr;
  const std::vector<TextEdit> edits = bootstrap_edits(rewriter, texts[index]);
  if (edits.empty()) return nullptr;
  return with_text(rewriter, *scalar, apply_edits(json, json_edits(json, words[index], edits)));
}

// ---- forms ----

bool is_chosen(const Rewriter& rewriter, std::string_view name) {
  return rewriter.urls.match.empty() || glob_matches(rewriter.urls.match, name);
}

Node* rewrite_ir(Rewriter& rewriter, const Node* ir) {
  const auto executor = [&](const Node* node, std::string_view name) -> Node* {
    if (!is_chosen(rewriter, name)) return nullptr;
    return under(rewriter, node, "container",
                 [&](const Node* container) { return rewrite_container(rewriter, container); });
  };
  return under(rewriter, ir, "deploymentSpec", [&](const Node* deployment) {
    return under(rewriter, deployment, "executors",
                 [&](const Node* executors) { return each_value(rewriter, executors, executor); });
  });
}

Node* rewrite_annotations(Rewriter& rewriter, const Node* metadata) {
  return under(rewriter, metadata, "annotations", [&](const Node* annotations) {
    return under(rewriter, annotations, "pipelines.kubeflow.org/component_spec",
                 [&](const Node* json) {
                   return rewrite_json(rewriter, json, {"implementation", "container", "command"});
                 });
  });
}

Node* rewrite_template(Rewriter& rewriter, const Node* node) {
  if (!node->is_mapping() || !is_chosen(rewriter, yaml::text_at(*node, {"name"}))) return nullptr;
  const auto container = [&](const Node* value) { return rewrite_container(rewriter, value); };
  const auto containers = [&](const Node* list) { return each_item(rewriter, list, container); };
  return in_turn(
      node, [&](const Node* n) { return under(rewriter, n, "container", container); },
      [&](const Node* n) { return under(rewriter, n, "script", container); },
      [&](const Node* n) { return under(rewriter, n, "initContainers", containers); },
      [&](const Node* n) { return under(rewriter, n, "sidecars", containers); },
      [&](const Node* n) {
        return under(rewriter, n, "metadata",
                     [&](const Node* metadata) { return rewrite_annotations(rewriter, metadata); });
      });
}

// The executors of IR that was compiled to a workflow, as JSON in parameters.
Node* rewrite_parameter(Rewriter& rewriter, const Node* parameter) {
  if (!parameter->is_mapping() ||
      !yaml::text_at(*parameter, {"name"}).starts_with("implementations-"))
    return nullptr;
  return under(rewriter, parameter, "value",
               [&](const Node* json) { return rewrite_json(rewriter, json, {"command"}); });
}

Node* rewrite_workflow_spec(Rewriter& rewriter, const Node* spec) {
  return in_turn(
      spec,
      [&](const Node* node) {
        return under(rewriter, node, "templates", [&](const Node* templates) {
          return each_item(rewriter, templates,
                           [&](const Node* one) { return rewrite_template(rewriter, one); });
        });
      },
      [&](const Node* node) {
        return under(rewriter, node, "arguments", [&](const Node* arguments) {
          return under(rewriter, arguments, "parameters", [&](const Node* parameters) {
            return each_item(rewriter, parameters,
                             [&](const Node* one) { return rewrite_parameter(rewriter, one); });
          });
        });
      });
}

bool is_ir(const Node& node) {
  return node.is_mapping() && yaml::find(node, "deploymentSpec") && yaml::find(node, "root");
}

// IR, or an object with a workflow's spec.
Node* rewrite_compiled(Rewriter& rewriter, const Node* node) {
  if (is_ir(*node)) return rewrite_ir(rewriter, node);
  return under(rewriter, node, "spec",
               [&](const Node* spec) { return rewrite_workflow_spec(rewriter, spec); });
}

// Where objects of a kind hold what was compiled.
Node* rewrite_object(Rewriter& rewriter, const Node* body, std::string_view group,
                     std::string_view kind) {
  const auto compiled = [&](const Node* node) { return rewrite_compiled(rewriter, node); };
  const auto within_spec = [&](std::string_view key, auto edit) {
    return under(rewriter, body, "spec",
                 [&](const Node* spec) { return under(rewriter, spec, key, edit); });
  };
  if (kind == "PipelineVersion" && group == "kfp.jackhoman.com")
    return within_spec("workflow", compiled);
  if (kind == "PipelineVersion" && group == "pipelines.kubeflow.org")
    return within_spec("pipelineSpec", compiled);
  if (kind == "ScheduledWorkflow" && group == "kubeflow.org")
    return within_spec("workflow", compiled);
  if (group != "argoproj.io") return nullptr;
  if (kind == "CronWorkflow")
    return within_spec("workflowSpec",
                       [&](const Node* spec) { return rewrite_workflow_spec(rewriter, spec); });
  const bool is_workflow =
      kind == "Workflow" || kind == "WorkflowTemplate" || kind == "ClusterWorkflowTemplate";
  return is_workflow ? compiled(body) : nullptr;
}

}  // namespace

const Node* rewrite_indexes(Arena& arena, yaml::Origins& origins, const Node& body,
                            const IndexUrls& urls, RewriteCount* count) {
  if (!body.is_mapping()) return &body;
  Rewriter rewriter{arena,
                    origins,
                    urls,
                    flags_of(urls),
                    origins.layer(yaml::LayerKind::kIndexRewrite, "builtin:devpi-index"),
                    {}};
  const std::string_view group = kube::split_api_version(yaml::text_at(body, {"apiVersion"})).first;
  Node* const changed = is_ir(body)
                            ? rewrite_ir(rewriter, &body)
                            : rewrite_object(rewriter, &body, group, yaml::text_at(body, {"kind"}));
  if (count) {
    count->calls += rewriter.count.calls;
    count->changed += rewriter.count.changed;
  }
  return changed ? changed : &body;
}

RewriteCount rewrite_indexes(kube::ResourceSet& set, const IndexUrls& urls) {
  RewriteCount count;
  for (kube::Resource& resource : set.resources) {
    // The body is the set's own, and so is what replaces it.
    const Node* const body =
        rewrite_indexes(*set.arena, *set.origins, *resource.body, urls, &count);
    resource.body = const_cast<Node*>(body);
  }
  return count;
}

}  // namespace plumb::pipeline
