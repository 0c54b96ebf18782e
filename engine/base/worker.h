#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <utility>

namespace throughline {

// One thread that runs tasks in the order in which they are given; or, without a thread, each at
// once by whoever gives it. Destroyed, it runs what it was given first. Threads: any may give.
class Worker {
 public:
  explicit Worker(bool threaded);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  bool threaded() const { return threaded_; }

  // What `task` will have returned. The tasks that wait are not limited: whoever gives them waits
  // for their results.
  template <typename Task>
  auto Run(Task task) -> std::shared_future<std::invoke_result_t<Task>> {
    auto packaged =
        std::make_shared<std::packaged_task<std::invoke_result_t<Task>()>>(std::move(task));
    auto result = packaged->get_future().share();
    Give([packaged] { (*packaged)(); });
    return result;
  }
  // Frees it on the thread: for what takes long to free.
  template <typename T>
  void Discard(T unwanted) {
    Give([unwanted = std::make_shared<T>(std::move(unwanted))] {});
  }

 private:
  void Give(std::function<void()> task);
  void Work();

  const bool threaded_;
  std::mutex mutex_;
  std::condition_variable given_;
  std::deque<std::function<void()>> tasks_;  // guarded by mutex_
  bool ending_ = false;                      // guarded by mutex_
  std::thread thread_;
};

}  // namespace throughline
