#pragma once
// Independent work on several threads.

#include <cstddef>
#include <functional>

namespace plumb {

// Calls work(0) … work(count - 1), on at most `jobs` threads, each index once. Results go into
// slots by index, so output never depends on timing. The first exception by index is thrown after
// all work has ended. Threads have deep stacks: trees may be as deep as limits allow. With one job
// everything runs on the calling thread.
void parallel_for(std::size_t count, unsigned jobs, const std::function<void(std::size_t)>& work);

// Runs `work` on a thread whose stack is large enough for the deepest tree that limits allow.
void run_with_deep_stack(const std::function<void()>& work);

// The number of processors this process may use, at least 1.
unsigned processor_count();

}  // namespace plumb
