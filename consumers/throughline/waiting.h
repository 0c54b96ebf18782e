#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

#include "consumers/throughline/terminal.h"

namespace throughline::cli {

// Says once that something is waited for, and for whom, where a call has not returned within two
// seconds. Threads: one; nothing else may be written to the terminal during the call.
class Waiting {
 public:
  // `on`: whose answer it is that is waited for.
  Waiting(const Terminal& terminal, std::string on) : terminal_(terminal), on_(std::move(on)) {}

  template <typename Call>
  auto For(Call&& call) {
    const std::jthread says([this](const std::stop_token& stop) { SayLater(stop); });
    return std::forward<Call>(call)();
  }

 private:
  void SayLater(const std::stop_token& stop);

  const Terminal& terminal_;
  const std::string on_;
  bool said_ = false;
  std::mutex mutex_;
  std::condition_variable_any stopped_;
};

}  // namespace throughline::cli
