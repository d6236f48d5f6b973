#include "report/blocks.h"

#include <algorithm>
#include <map>

#include "base/text.h"

namespace plumb::report {

namespace {

constexpr std::size_t kSame = 3;        // objects with the same changes that share a block
constexpr std::size_t kMostNames = 12;  // of them that are named
constexpr std::size_t kMostRows = 40;   // of the overview
constexpr std::size_t kMostText = 400;  // bytes of what a server said

// Cut after masking: half a secret would not be known for one.
std::string shortened(std::string text) {
  if (text.size() <= kMostText) return text;
  std::size_t end = kMostText;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return cat(std::string_view(text).substr(0, end), " …");
}

void add_reasons(const plan::Step& step, const Context& context, std::vector<ShownLine>& lines) {
  for (const plan::Reason& reason : step.reasons) {
    lines.push_back({reason.refuses ? '!' : ' ',
                     cat(shortened(context.masker.mask(reason.text)), " [", reason.rule, ']')});
    if (!reason.allowed.empty()) {
      lines.push_back({' ', cat("  allowed: ", context.masker.mask(reason.allowed))});
    } else if (!reason.cure.empty()) {
      lines.push_back({' ', context.masker.mask(cat("  ", reason.cure))});
    }
  }
  for (const std::string& consequence : step.consequences) {
    lines.push_back({' ', cat("then: ", context.masker.mask(consequence))});
  }
}

// Whether there is nothing to compare, and something to say.
bool tells_reasons_only(const plan::Step& step) {
  const bool one_sided = step.before == nullptr || step.after_body == nullptr;
  return step.verb == plan::Verb::kUnknown || (step.changes.empty() && !one_sided);
}

std::string word_of(const plan::Step& step, View view) {
  if (view == View::kDiff) {
    if (step.verb == plan::Verb::kUnknown) return "unknown";
    return step.after_body == nullptr ? "only in live or base"
           : step.before == nullptr   ? "only in head"
           : step.changes.empty()     ? "does not differ, but"
                                      : "differs";
  }
  if (step.verified == plan::Verified::kStandIn) {
    return cat(step_word(step), ", asked about one like it");
  }
  const bool tells = step.risk >= plan::Risk::kRollout && step.risk != plan::Risk::kBlocked;
  return tells ? cat(step_word(step), ", ", plan::risk_name(step.risk))
               : std::string(step_word(step));
}

std::string title_of(const plan::Step& step, View view, const Context& context) {
  std::string where = blame_of(step.blame, context);
  const std::string unit = context.masker.mask_name(step.unit);
  if (!unit.empty()) where = where.empty() ? unit : cat(unit, ", ", where);
  return cat(context.masker.mask_name(step_title(step)), ": ", word_of(step, view),
             where.empty() ? "" : cat("  # ", where));
}

Block block_of(const plan::Step& step, View view, const Context& context) {
  Block block{step_mark(step), title_of(step, view, context), {}};
  if (view == View::kDiff && block.mark == '!') block.mark = '~';
  for (const diff::Change& change : step.changes) {
    for (ShownLine& line : change_lines(step, change, context)) {
      block.lines.push_back(std::move(line));
    }
  }
  if (view == View::kPlan || tells_reasons_only(step)) add_reasons(step, context, block.lines);
  return block;
}

// What a step says of its object without saying which; empty when it stands for itself alone.
std::string likeness(const plan::Step& step, const Block& block, View view) {
  if (step.changes.empty() || !step.reasons.empty() || step.previous) return {};
  std::string text = cat(step.resource.kind, ' ', word_of(step, view), '\n');
  for (const ShownLine& line : block.lines) {
    // The place may differ from object to object; the values may not.
    text += cat(line.mark, line.text.substr(0, line.text.rfind("  # ")), '\n');
  }
  return text;
}

std::string joint_title(const std::vector<const plan::Step*>& steps, View view,
                        const Context& context) {
  std::vector<std::string> names;
  for (const plan::Step* const step : steps) {
    if (names.size() == kMostNames) {
      names.push_back(cat("and ", steps.size() - kMostNames, " more"));
      break;
    }
    names.push_back(step_title(*step));
  }
  return context.masker.mask_name(cat(steps.size(), " of kind ", steps[0]->resource.kind, ": ",
                                      word_of(*steps[0], view), ": ", join(names, ", ")));
}

std::vector<std::string> row_of(const std::string& environment, const std::string& unit,
                                const std::vector<const plan::Step*>& steps) {
  std::map<std::string_view, std::size_t> counts;
  for (const plan::Step* const step : steps) ++counts[step_word(*step)];
  std::vector<std::string> row{environment, unit.empty() ? "(no unit)" : unit};
  for (const std::string_view word : {"create", "update", "replace", "delete", "blocked"}) {
    row.push_back(counts[word] == 0 ? "" : cat(counts[word]));
  }
  return row;
}

}  // namespace

std::vector<Block> blocks_of(const plan::EnvironmentPlan& environment, View view,
                             const Context& context) {
  std::vector<Block> blocks;
  std::vector<std::string> likenesses;
  std::map<std::string, std::vector<const plan::Step*>> same;
  for (const plan::Step& step : environment.steps) {
    blocks.push_back(block_of(step, view, context));
    likenesses.push_back(likeness(step, blocks.back(), view));
    if (!likenesses.back().empty()) same[likenesses.back()].push_back(&step);
  }
  std::vector<Block> result;
  for (std::size_t at = 0; at < blocks.size(); ++at) {
    const auto group = same.find(likenesses[at]);
    if (group == same.end() || group->second.size() < kSame) {
      result.push_back(std::move(blocks[at]));
    } else if (group->second[0] == &environment.steps[at]) {
      blocks[at].title = joint_title(group->second, view, context);
      result.push_back(std::move(blocks[at]));
    }
  }
  return result;
}

std::vector<std::vector<std::string>> overview(const plan::Plan& plan) {
  std::vector<std::vector<std::string>> rows{
      {"environment", "unit", "create", "update", "replace", "delete", "blocked"}};
  for (const plan::EnvironmentPlan& environment : plan.environments) {
    std::map<std::string, std::vector<const plan::Step*>> units;
    for (const plan::Step& step : environment.steps) units[step.unit].push_back(&step);
    for (const auto& [unit, steps] : units) rows.push_back(row_of(environment.name, unit, steps));
  }
  if (rows.size() > kMostRows) {
    const std::size_t more = rows.size() - kMostRows;
    rows.resize(kMostRows);
    rows.push_back({"…", cat(more, " more"), "", "", "", "", ""});
  }
  return rows;
}

std::vector<std::string> refusal_lines(const plan::EnvironmentPlan& environment,
                                       const Context& context) {
  std::vector<std::string> lines;
  for (const plan::Refusal& refusal : environment.refusals) {
    const plan::Reason& reason = refusal.reason;
    const std::string_view verb = reason.allowed.empty() ? "refused: " : "allowed: ";
    lines.push_back(cat(verb, context.masker.mask(reason.text), " [", reason.rule, ']'));
    lines.push_back(
        context.masker.mask(cat("  ", reason.allowed.empty() ? reason.cure : reason.allowed)));
  }
  for (const plan::LeftAlone& unit : environment.left_alone) {
    lines.push_back(cat("not rendered: ", context.masker.mask_name(unit.unit), ": ",
                        context.masker.mask(unit.reason)));
  }
  return lines;
}

}  // namespace plumb::report
