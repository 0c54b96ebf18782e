#include "engine/base/worker.h"

namespace throughline {

Worker::Worker(bool threaded) : threaded_(threaded) {
  if (threaded) thread_ = std::thread([this] { Work(); });
}

Worker::~Worker() {
  if (!threaded_) return;
  {
    const std::scoped_lock lock(mutex_);
    ending_ = true;
  }
  given_.notify_one();
  thread_.join();
}

void Worker::Give(std::function<void()> task) {
  if (!threaded_) return task();
  {
    const std::scoped_lock lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  given_.notify_one();
}

void Worker::Work() {
  while (true) {
    std::function<void()> task;
    {
      std::unique_lock lock(mutex_);
      given_.wait(lock, [this] { return ending_ || !tasks_.empty(); });
      if (tasks_.empty()) return;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    task();
  }
}

}  // namespace throughline
