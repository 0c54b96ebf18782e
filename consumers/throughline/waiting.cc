#include "consumers/throughline/waiting.h"

#include <chrono>

namespace throughline::cli {

void Waiting::SayLater(const std::stop_token& stop) {
  constexpr auto kSilent = std::chrono::seconds(2);
  std::unique_lock lock(mutex_);
  if (said_) return;
  stopped_.wait_for(lock, stop, kSilent, [] { return false; });
  if (stop.stop_requested()) return;
  said_ = true;
  terminal_.err << "throughline: waiting for " << on_ << ": gives up after a minute or so\n"
                << std::flush;
}

}  // namespace throughline::cli
