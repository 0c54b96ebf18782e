#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "engine/log/event_log.h"
#include "engine/log/journal.h"

namespace throughline::crash {

// What agencies publish to an engine that is being killed, and what of it was acknowledged.
// Threads: one.
class Traffic {
 public:
  struct Contact {
    std::string agency;
    std::string bytes;
  };
  // The contact whose publication was not acknowledged yet, else the next: call-outs to some forty
  // children, so that alerts come; every so often one that is refused, for it is about nobody, and
  // one about two children.
  const Contact& Next();
  // Its name: "agency contact_id".
  std::string Acknowledged();

  // "agency contact_id" of what was acknowledged: what intake takes, what it refuses, and what of
  // the former stands on two chronologies.
  const std::set<std::string>& taken() const { return taken_; }
  const std::set<std::string>& refused() const { return refused_; }
  bool IsOfTwo(const std::string& name) const { return of_two_.contains(name); }

 private:
  std::uint64_t sent_ = 0;
  std::optional<Contact> waiting_;
  std::set<std::string> taken_, refused_, of_two_;
};

// What a record holds, as any reader sees it.
struct Held {
  std::map<std::string, int> placed;  // "agency contact_id" -> how often
  std::map<std::string, int> on;      // -> on how many chronologies
  std::map<std::string, int> refused;
  std::map<std::string, int> alerts;                     // header id -> how often
  std::set<std::pair<std::string, std::int64_t>> taken;  // records of feeds
  std::uint64_t records = 0;
  std::string writer;  // of the last Took
  std::uint64_t took = 0;
};
// Fails the test for a record of a feed that was taken twice.
void Count(const log::Accepted& record, Held& held);
// Counts the alerts topic, from the beginning. Repeats of one id are the same bytes, or it fails.
void CountAlerts(log::EventLog& log, Held& held);

// Fails the test for whatever was acknowledged and is not placed once, whole, and on as many
// chronologies as it names.
void ExpectNothingLostOrDoubled(const Traffic& traffic, Held& held, const std::string& where);

// Of the environment; `otherwise` when it is not set.
std::uint64_t FromEnvironment(const char* name, std::uint64_t otherwise);
// Every point that the sources name, so that a new one cannot be forgotten.
std::set<std::string> CrashPointsInTheSources();

}  // namespace throughline::crash
