#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "engine/log/journal.h"

namespace throughline::intake {

enum class Role {
  kStandby,  // follows the journal
  kWriter,   // appends to it
};

// Which of several intakes writes. Pure: it is told what was read and when. One at a time writes
// because each record names the one before: of two `Took` that race, the one that landed first is
// accepted by all.
class Takeover {
 public:
  struct Settings {
    std::string instance;
    Millis interval = kMinute;  // of ticks
    // No other process can write (the embedded log): take over at once.
    bool sole = true;
    int quiet_intervals = 3;   // in which the journal's end was reached and nothing was accepted
    int unreadable_ticks = 3;  // running that call unreadable a feed that this instance can read
  };
  // `last_writer` is the instance of the journal's last Took; empty: none.
  Takeover(Settings settings, std::string_view last_writer);

  // One record was read and accepted at `now`.
  void Accepted(const v1::Decision& decision, Millis now);
  // A read at `now` reached the journal's end and found nothing more.
  void ReachedEnd(Millis now);
  // The journal could not be read: silence proves nothing.
  void ReadFailed();

  Role role() const { return role_; }
  // Of a standby: whether to append Took now. `readable` are the topics of the feeds that it can
  // read.
  bool ShouldTake(Millis now, const std::set<std::string>& readable) const;
  // Of a standby: feeds that the writer has called unreadable for long enough: to be tried.
  std::set<std::string> Suspected() const;

 private:
  Settings settings_;
  Role role_;
  bool never_taken_;
  std::optional<Millis> quiet_since_;
  std::optional<Millis> last_end_;
  int unreadable_running_ = 0;       // ticks running that call the same feeds unreadable
  std::set<std::string> suspected_;  // named by each of them
};

}  // namespace throughline::intake
