// For comments of pull requests: pages, each of which stands alone.
#include <algorithm>

#include "base/text.h"
#include "report/blocks.h"
#include "report/formats.h"

namespace plumb::report {

namespace {

constexpr std::size_t kPageFrame = 200;  // bytes for a page's marker, fences and continuation

// A fence that nothing in the text can close.
std::string fence_for(std::string_view text) {
  std::size_t longest = 2, run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return std::string(longest + 1, '`');
}

// Text outside of fences: what Markdown or HTML would take for its own is escaped.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (std::string_view("\\`*_{}[]#|@").find(c) != std::string_view::npos) {
      out += cat('\\', c);
    } else {
      out.push_back(c);
    }
  }
  return out;
}

std::string cut(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return std::string(text);
  std::size_t end = limit;
  while (end > 0 && (text[end] & 0xC0) == 0x80) --end;  // never within a character
  return cat(text.substr(0, end), " …");
}

std::string fenced(const std::vector<std::string>& lines) {
  const std::string body = join(lines, "\n");
  const std::string fence = fence_for(body);
  return cat(fence, "diff\n", body, '\n', fence, "\n\n");
}

class Pages {
 public:
  Pages(std::size_t limit, std::string_view what) : limit_(limit), what_(what) {}

  void add(const std::string& text) {
    if (!page_.empty() && page_.size() + text.size() > limit_ - kPageFrame) turn();
    page_ += text;
  }

  // A block as a fence of its own; one that no page holds is divided between lines.
  void add_block(const Block& block) {
    const std::size_t room = limit_ - 2 * kPageFrame;
    std::vector<std::string> lines;
    std::size_t bytes = 0;
    const auto flush = [&] {
      if (!lines.empty()) add(fenced(lines));
      lines.clear();
      bytes = 0;
    };
    const auto line = [&](std::string text) {
      text = cut(text, room / 2);
      if (bytes + text.size() + 1 > room) flush();
      bytes += text.size() + 1;
      lines.push_back(std::move(text));
    };
    line(cat(marked(block.mark), ' ', block.title));
    for (const ShownLine& shown : block.lines) line(cat(marked(shown.mark), "   ", shown.text));
    flush();
  }

  std::vector<std::string> finish() {
    turn();
    for (std::size_t i = 0; i < pages_.size(); ++i) {
      const std::string part =
          pages_.size() == 1 ? std::string() : cat("*Part ", i + 1, " of ", pages_.size(), "*\n\n");
      pages_[i] =
          cat("<!-- plumb:", what_, ' ', i + 1, '/', pages_.size(), " -->\n", part, pages_[i]);
    }
    return std::move(pages_);
  }

 private:
  // In a diff fence '+', '-' and '!' have colours; '~' has none.
  static char marked(char mark) { return mark == '~' ? '!' : mark == '!' ? '!' : mark; }

  void turn() {
    if (page_.empty()) return;
    pages_.push_back(std::move(page_));
    page_.clear();
  }

  std::size_t limit_;
  std::string_view what_;
  std::string page_;
  std::vector<std::string> pages_;
};

std::string table(const std::vector<std::vector<std::string>>& rows) {
  if (rows.size() < 2) return {};
  std::string out;
  for (std::size_t at = 0; at < rows.size(); ++at) {
    out += "|";
    for (const std::string& cell : rows[at]) out += cat(' ', escaped(cell), " |");
    out += "\n";
    if (at > 0) continue;
    out += "| --- | --- | ---: | ---: | ---: | ---: | ---: |\n";
  }
  return out + "\n";
}

std::vector<std::string> pages_of(const plan::Plan& plan, View view, const Context& context,
                                  std::size_t limit) {
  const bool is_plan = view == View::kPlan;
  Pages pages(limit, is_plan ? "plan" : "diff");
  pages.add(cat("## plumb ", is_plan ? "plan" : "diff", "\n\n",
                escaped(context.masker.mask_name(sides_line(plan))), "\n\n**",
                summary_line(plan::summarize(plan)), "**\n\n"));
  if (is_plan) {
    const std::string known = knowledge_line(plan::summarize(plan));
    if (!known.empty()) pages.add(cat(known, '\n'));
    pages.add(context.masker.mask_name(table(overview(plan))));
    for (const plan::EnvironmentPlan& environment : plan.environments) {
      for (const std::string& line : refusal_lines(environment, context)) {
        pages.add(cat(line.starts_with("  ") ? "  " : "- ", escaped(cut(line, 2000)), '\n'));
      }
    }
  }
  if (!plan.complete) pages.add("\n**The plan is not complete.**\n");
  for (const plan::EnvironmentPlan& environment : plan.environments) {
    if (environment.steps.empty()) continue;
    pages.add(cat("\n### ", escaped(environment.name), "\n\n"));
    for (const Block& block : blocks_of(environment, view, context)) pages.add_block(block);
  }
  if (is_plan) pages.add(cat("digest `", plan.digest, "`\n"));
  return pages.finish();
}

}  // namespace

std::vector<std::string> plan_pages(const plan::Plan& plan, const Context& context,
                                    std::size_t limit) {
  return pages_of(plan, View::kPlan, context, limit);
}

std::vector<std::string> diff_pages(const plan::Plan& plan, const Context& context,
                                    std::size_t limit) {
  return pages_of(plan, View::kDiff, context, limit);
}

std::string findings_markdown(const Diagnostics& findings, const Checked& checked,
                              const Context& context) {
  std::string out =
      cat("## plumb validate\n\n**", count_of(count(findings, Severity::kError), "error"), ", ",
          count_of(count(findings, Severity::kWarning), "warning"), ", ",
          count_of(checked.objects, "object"), "**\n\n");
  std::size_t left = findings.size();
  for (const Diagnostic& finding : findings) {
    std::string line =
        cat("- ", severity_name(finding.severity), ' ',
            escaped(context.masker.mask_name(context.sources.describe(finding.span))),
            finding.span.source == 0 ? "" : ": ",
            escaped(cut(context.masker.mask(finding.text), 2000)), " `", finding.code, "`\n");
    for (const Note& note : finding.notes) {
      line += cat("  - ", escaped(cut(context.masker.mask(note.text), 1000)), '\n');
    }
    if (out.size() + line.size() > kPageBytes - kPageFrame) {
      return cat(out, "\n… and ", left, " more\n");
    }
    out += line;
    --left;
  }
  return out;
}

}  // namespace plumb::report
