#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/clock.h"
#include "engine/log/event_log.h"
#include "engine/log/journal.h"
#include "engine/projection/fold.h"
#include "engine/projection/host.h"

// Folds, records and journals that are small enough to reason about.
namespace throughline::projection {

inline constexpr std::string_view kToyTopic = "throughline.journal.g1";
inline constexpr std::string_view kToyAlerts = "throughline.alerts";
inline constexpr std::string_view kToyFeed = "throughline.contacts.school";

// May be read by any thread.
class FixedClock final : public Clock {
 public:
  Millis Now() const override { return 1'700'000'000'000; }
};

PersonId Person(std::uint8_t n);
// Of a contact of some kind on the persons' chronologies.
v1::Decision PlacedOn(const std::vector<PersonId>& persons, std::string_view kind);
v1::Decision TickAt(Millis at);
// Of a record that concerns everybody.
v1::Decision ForEveryone();
// A record as a reader would accept it, outside any chain.
log::Accepted Record(Seq seq, v1::Decision decision, Millis placed = 0);

// Does what it is told.
class ScriptedFold final : public Fold {
 public:
  using OnApply = std::function<Result<void>(const log::Accepted&, FoldContext&)>;
  using OnDue = std::function<Result<void>(const Timer&, const log::Accepted&, FoldContext&)>;
  ScriptedFold(std::string name, std::string prefixes, OnApply apply, OnDue due = {})
      : name_(std::move(name)),
        prefixes_(std::move(prefixes)),
        apply_(std::move(apply)),
        due_(std::move(due)) {}
  std::string_view name() const override { return name_; }
  std::string_view prefixes() const override { return prefixes_; }
  Result<void> Apply(const log::Accepted& record, FoldContext& context) override {
    return apply_(record, context);
  }
  Result<void> Due(const Timer& timer, const log::Accepted& tick, FoldContext& context) override {
    return due_(timer, tick, context);
  }
  void Forget() override { ++forgotten; }
  int forgotten = 0;

 private:
  std::string name_;
  std::string prefixes_;
  OnApply apply_;
  OnDue due_;
};

// Two folds that use all that a fold may do. Counts contacts for each person; the kind of a contact
// says what else: "arm", "disarm", "announce", "poison" (the second fold refuses it) and "trap"
// (arms a timer that cannot be handled). At a record for everyone both visit each person whom they
// know, the second in vain every third count.
Host::Folds ToyFolds();
std::vector<Fold*> Pointers(const Host::Folds& folds);
std::uint64_t ToyCount(const Reads& reads, const PersonId& person);

// A history that the seed decides: contacts of every kind on `persons` persons, and ticks.
std::vector<log::Draft> ToyHistory(std::uint32_t seed, std::size_t records, std::uint8_t persons);
// The same, accepted.
std::vector<log::Accepted> ToyRecords(std::uint32_t seed, std::size_t records,
                                      std::uint8_t persons);

// Appends to a journal's topic as intake would; the same calls give the same bytes.
class ToyJournal {
 public:
  explicit ToyJournal(log::EventLog& log, std::string topic = std::string(kToyTopic));
  void Append(const std::vector<log::Draft>& drafts);
  // One contact, as the next record of its feed. Returns that record's offset in the feed.
  std::int64_t Place(const std::vector<PersonId>& persons, std::string_view kind);
  void Tick(Millis at);
  void Took(std::string_view instance);
  // A record of a writer that the chain does not know.
  void AppendStranger();
  Seq seq() const { return head_.seq; }

 private:
  log::EventLog& log_;
  std::string topic_;
  log::ChainHead head_;
  std::int64_t feed_offset_ = -1;
  std::uint64_t salts_ = 0;
};

// The `id` headers of a topic's records, in order.
std::vector<std::string> IdsIn(log::EventLog& log, std::string_view topic);

}  // namespace throughline::projection
