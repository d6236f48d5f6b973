#pragma once
// How long we wait for a cluster, all in all: for each of its answers, for the pauses before it is
// asked again, and for the programs that give credentials.

#include <chrono>

namespace plumb::state {

// Time passes only while there is a Wait; what plumb does on its own in between costs none.
class Patience {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Patience(std::chrono::milliseconds all) : all_(all), left_(all) {}

  // Those within another belong to that one.
  class Wait {
   public:
    explicit Wait(Patience& patience) : patience_(patience) {
      if (patience_.depth_++ == 0) patience_.end_ = Clock::now() + patience_.left_;
    }
    ~Wait() {
      if (--patience_.depth_ == 0) patience_.left_ = patience_.end_ - Clock::now();
    }
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;

    Clock::time_point end() const { return patience_.end_; }

   private:
    Patience& patience_;
  };

  std::chrono::milliseconds all() const { return all_; }

 private:
  std::chrono::milliseconds all_;
  Clock::duration left_;
  Clock::time_point end_;
  unsigned depth_ = 0;
};

}  // namespace plumb::state
