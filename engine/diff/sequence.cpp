// Short sequences go to dtl. Long ones are halved at the middle of a shortest edit (Myers 1986, the
// linear-space refinement): both ends are walked towards each other, diagonal by diagonal. When the
// halves have not met after kMostSteps rounds, the furthest point reached is taken for the middle,
// so the time stays linear; the alignment is then good, not shortest.
#include "diff/sequence.h"

#include <algorithm>

#include <dtl/dtl.hpp>

namespace plumb::diff {

namespace {

using Pairs = std::vector<std::pair<std::size_t, std::size_t>>;
using Numbers = std::span<const std::uint32_t>;

constexpr std::size_t kShort = 64;          // elements of both together
constexpr std::ptrdiff_t kMostSteps = 512;  // of a walk from one end

void align_short(Numbers before, Numbers after, std::size_t x, std::size_t y, Pairs& pairs) {
  const std::vector<std::uint32_t> a(before.begin(), before.end());
  const std::vector<std::uint32_t> b(after.begin(), after.end());
  dtl::Diff<std::uint32_t, std::vector<std::uint32_t>> diff(a, b);
  diff.compose();
  for (const auto& [element, info] : diff.getSes().getSequence()) {
    if (info.type == dtl::SES_COMMON) pairs.emplace_back(x++, y++);
    if (info.type == dtl::SES_DELETE) ++x;
    if (info.type == dtl::SES_ADD) ++y;
  }
}

struct Point {
  std::ptrdiff_t x = 0;
  std::ptrdiff_t y = 0;
};

// A place on a (nearly) shortest way through the grid before × after.
class Middle {
 public:
  Middle(Numbers before, Numbers after)
      : before_(before),
        after_(after),
        n_(std::ssize(before)),
        m_(std::ssize(after)),
        most_(std::min(kMostSteps, (n_ + m_ + 1) / 2)),
        forward_(static_cast<std::size_t>(2 * most_ + 3), 0),
        backward_(static_cast<std::size_t>(2 * most_ + 3), 0) {}

  Point find() {
    for (std::ptrdiff_t step = 0; step <= most_; ++step) {
      if (walk_forward(step) || walk_backward(step)) return met_;
    }
    return furthest();
  }

 private:
  std::ptrdiff_t& at(std::vector<std::ptrdiff_t>& rows, std::ptrdiff_t diagonal) {
    return rows[static_cast<std::size_t>(diagonal + most_ + 1)];
  }

  bool walk_forward(std::ptrdiff_t step) {
    for (std::ptrdiff_t k = -step; k <= step; k += 2) {
      std::ptrdiff_t x = 0;
      if (step > 0) {
        const bool down = k == -step || (k != step && at(forward_, k - 1) < at(forward_, k + 1));
        x = down ? at(forward_, k + 1) : at(forward_, k - 1) + 1;
      }
      std::ptrdiff_t y = x - k;
      while (x < n_ && y < m_ && x >= 0 && y >= 0 && same(x, y)) ++x, ++y;
      at(forward_, k) = x;
      const std::ptrdiff_t other = n_ - m_ - k;  // the same diagonal, seen from the end
      if (other >= -(step - 1) && other <= step - 1 && (other + step - 1) % 2 == 0 &&
          x + at(backward_, other) >= n_ && is_inside(x, y)) {
        met_ = {x, y};
        return true;
      }
    }
    return false;
  }

  bool walk_backward(std::ptrdiff_t step) {
    for (std::ptrdiff_t k = -step; k <= step; k += 2) {
      std::ptrdiff_t x = 0;  // counted from the end
      if (step > 0) {
        const bool up = k == -step || (k != step && at(backward_, k - 1) < at(backward_, k + 1));
        x = up ? at(backward_, k + 1) : at(backward_, k - 1) + 1;
      }
      std::ptrdiff_t y = x - k;
      while (x < n_ && y < m_ && x >= 0 && y >= 0 && same(n_ - 1 - x, m_ - 1 - y)) ++x, ++y;
      at(backward_, k) = x;
      const std::ptrdiff_t other = n_ - m_ - k;
      if (other >= -step && other <= step && (other + step) % 2 == 0 &&
          x + at(forward_, other) >= n_ && is_inside(n_ - x, m_ - y)) {
        met_ = {n_ - x, m_ - y};
        return true;
      }
    }
    return false;
  }

  Point furthest() {
    Point best{n_ / 2, m_ / 2};
    std::ptrdiff_t sum = -1;
    for (std::ptrdiff_t k = -most_; k <= most_; ++k) {
      const std::ptrdiff_t x = at(forward_, k);
      if (is_inside(x, x - k) && 2 * x - k > sum) {
        best = {x, x - k};
        sum = 2 * x - k;
      }
    }
    return sum > 0 ? best : Point{n_ / 2, m_ / 2};
  }

  bool same(std::ptrdiff_t x, std::ptrdiff_t y) const {
    return before_[static_cast<std::size_t>(x)] == after_[static_cast<std::size_t>(y)];
  }
  bool is_inside(std::ptrdiff_t x, std::ptrdiff_t y) const {
    return x >= 0 && y >= 0 && x <= n_ && y <= m_;
  }

  Numbers before_;
  Numbers after_;
  std::ptrdiff_t n_;
  std::ptrdiff_t m_;
  std::ptrdiff_t most_;
  std::vector<std::ptrdiff_t> forward_;   // furthest x of each diagonal
  std::vector<std::ptrdiff_t> backward_;  // the same, from the end
  Point met_;
};

struct Part {
  Numbers before;
  Numbers after;
  std::size_t x;  // where the part begins
  std::size_t y;
};

// Takes equal ends off, noting the equal beginning; gives the length of the equal end.
std::size_t trim(Part& part, Pairs& pairs) {
  while (!part.before.empty() && !part.after.empty() && part.before.front() == part.after.front()) {
    pairs.emplace_back(part.x++, part.y++);
    part.before = part.before.subspan(1);
    part.after = part.after.subspan(1);
  }
  std::size_t tail = 0;
  while (!part.before.empty() && !part.after.empty() && part.before.back() == part.after.back()) {
    part.before = part.before.first(part.before.size() - 1);
    part.after = part.after.first(part.after.size() - 1);
    ++tail;
  }
  return tail;
}

void note_tail(const Part& part, std::size_t tail, Pairs& pairs) {
  const std::size_t x = part.x + part.before.size();
  const std::size_t y = part.y + part.after.size();
  for (std::size_t i = 0; i < tail; ++i) pairs.emplace_back(x + i, y + i);
}

}  // namespace

std::vector<std::pair<std::size_t, std::size_t>> align(std::span<const std::uint32_t> before,
                                                       std::span<const std::uint32_t> after) {
  Pairs pairs;
  std::vector<Part> parts{{before, after, 0, 0}};
  while (!parts.empty()) {
    Part part = parts.back();
    parts.pop_back();
    note_tail(part, trim(part, pairs), pairs);
    if (part.before.empty() || part.after.empty()) continue;
    if (part.before.size() + part.after.size() <= kShort) {
      align_short(part.before, part.after, part.x, part.y, pairs);
      continue;
    }
    const Point middle = Middle(part.before, part.after).find();
    const auto x = static_cast<std::size_t>(middle.x);
    const auto y = static_cast<std::size_t>(middle.y);
    const bool halves = x + y > 0 && x + y < part.before.size() + part.after.size();
    if (!halves) continue;
    parts.push_back({part.before.first(x), part.after.first(y), part.x, part.y});
    parts.push_back({part.before.subspan(x), part.after.subspan(y), part.x + x, part.y + y});
  }
  std::ranges::sort(pairs);
  return pairs;
}

}  // namespace plumb::diff
