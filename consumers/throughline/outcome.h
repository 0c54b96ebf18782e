#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "consumers/throughline/session.h"
#include "engine/base/clock.h"

namespace throughline::cli {

// A contact that was not taken: it is kept as a dead letter.
struct Refusal {
  std::int64_t dead_letter = 0;     // its id
  std::string contact_id;           // as far as it could be read
  std::vector<std::string> faults;  // `field: text`
};

// What intake made of contacts that were published.
struct Outcome {
  std::size_t placed = 0;                   // or in force
  std::map<std::int64_t, Refusal> refused;  // by offset in the feed
  std::size_t without = 0;  // of which the journal says nothing: not decided on yet, or repeats
};

// Reads in the journal what became of what is published after it was begun. Threads: one.
class Watch {
 public:
  // Fails as whoever reads the journal does: one who only publishes may have no right to.
  static Result<Watch> Begin(const Session& session);

  // What the journal says by now of offsets of a feed, in order; waits up to `wait` for those of
  // which it says nothing.
  Result<Outcome> Of(const std::string& feed, const std::vector<std::int64_t>& offsets,
                     Millis wait);

 private:
  Watch(std::unique_ptr<log::EventLog> log, std::int64_t from)
      : log_(std::move(log)), from_(from) {}
  Result<void> ReadLetters(const std::string& feed, Outcome& outcome) const;

  std::unique_ptr<log::EventLog> log_;
  std::int64_t from_;
};

}  // namespace throughline::cli
