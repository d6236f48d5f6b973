#include "base/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <memory>
#include <thread>
#include <vector>

#include <pthread.h>

namespace plumb {

namespace {

// std::thread cannot be given a stack size.
class DeepThread {
 public:
  explicit DeepThread(const std::function<void()>& work) : work_(work) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, kStackBytes);
    started_ = pthread_create(&thread_, &attributes, &DeepThread::run, this) == 0;
    pthread_attr_destroy(&attributes);
  }
  DeepThread(const DeepThread&) = delete;
  DeepThread& operator=(const DeepThread&) = delete;
  ~DeepThread() {
    if (started_) pthread_join(thread_, nullptr);
  }
  bool started() const { return started_; }

 private:
  static constexpr std::size_t kStackBytes =
      std::size_t{512} << 20;  // address space; only touched pages cost memory
  static void* run(void* self) {
    static_cast<DeepThread*>(self)->work_();
    return nullptr;
  }
  const std::function<void()>& work_;
  pthread_t thread_{};
  bool started_ = false;
};

}  // namespace

void run_with_deep_stack(const std::function<void()>& work) {
  std::exception_ptr error;
  const std::function<void()> guarded = [&] {
    try {
      work();
    } catch (...) {
      error = std::current_exception();
    }
  };
  bool started = false;
  {
    const DeepThread thread(guarded);
    started = thread.started();
  }
  if (!started) guarded();
  if (error) std::rethrow_exception(error);
}

void parallel_for(std::size_t count, unsigned jobs, const std::function<void(std::size_t)>& work) {
  const auto threads = std::min<std::size_t>(count, jobs);
  if (threads <= 1) {
    for (std::size_t i = 0; i < count; ++i) work(i);
    return;
  }
  std::vector<std::exception_ptr> errors(count);
  std::atomic<std::size_t> next = 0;
  const std::function<void()> drain = [&] {
    for (std::size_t i = next++; i < count; i = next++) {
      try {
        work(i);
      } catch (...) {
        errors[i] = std::current_exception();
      }
    }
  };
  {
    std::vector<std::unique_ptr<DeepThread>> pool;
    for (std::size_t i = 1; i < threads; ++i) pool.push_back(std::make_unique<DeepThread>(drain));
    drain();  // the caller works too
  }
  for (const std::exception_ptr& error : errors) {
    if (error) std::rethrow_exception(error);
  }
}

unsigned processor_count() { return std::max(1U, std::thread::hardware_concurrency()); }

}  // namespace plumb
