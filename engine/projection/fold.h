#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/result.h"
#include "engine/log/journal.h"
#include "engine/projection/key_values.h"

namespace throughline::projection {

// Which of `count` shards keeps a person. Stable for ever for a given count.
struct ShardOf {
  std::uint32_t index = 0;
  std::uint32_t count = 1;
  bool Owns(const PersonId& person) const;
};

// A timer: fires at the first tick at or after `due`. At most one for each (fold, key).
struct Timer {
  Millis due = 0;
  std::string rule;  // orders timers that are due together: (due, rule, person)
  PersonId person;
  bool operator==(const Timer&) const = default;
};

// Something to publish, effectively once: the id comes from the content and readers drop repeats.
struct Publication {
  std::string topic;
  std::string id;  // goes into the header `id`
  std::string value;
};

// What a fold sees and may do while one record is applied. All of it is committed with the record,
// or none.
class FoldContext {
 public:
  virtual ~FoldContext() = default;
  // The whole shard's store: a fold writes only keys that begin with one of its own prefixes
  // (checked), and may read those of the folds before it in the host's order.
  virtual Writes& store() = 0;
  virtual const ShardOf& shard() const = 0;
  // Arms the timer of this fold for a person of this shard (checked), replacing any earlier one;
  // nothing disarms it. One that is due already fires at the next tick, or in this one if this is a
  // tick.
  virtual void Arm(const PersonId& person, const std::optional<Timer>& timer) = 0;
  virtual void Publish(Publication publication) = 0;
  // In Apply only: the record concerns persons that it does not name, perhaps all of them. Once
  // every fold has applied it, the fold is asked for them one by one (NextToVisit, Visit), in as
  // many commits as that takes; a kill in between goes on where it was. The record is reached, and
  // can be read, when all were visited.
  virtual void VisitEach() = 0;
};

// A pure function of the journal. It uses no clock, no I/O, no randomness and no unordered
// iteration; the same records give the same bytes. Threads: one per shard; a fold keeps no state of
// its own between records but a cache that can be dropped at any time.
class Fold {
 public:
  virtual ~Fold() = default;
  // [a-z0-9-]{1,64}.
  virtual std::string_view name() const = 0;
  // Raised whenever the same records would give other bytes: stores of another version are built
  // again.
  virtual std::uint32_t version() const { return 1; }
  // The first bytes of its keys; no two folds of a host share one. 0x00-0x1f are the host's.
  virtual std::string_view prefixes() const = 0;
  // Applies one accepted record, as far as it concerns this shard. An error refuses it: the host
  // drops what it wrote, marks the record's persons incomplete since its seq, and goes on.
  virtual Result<void> Apply(const log::Accepted& record, FoldContext& context) = 0;
  // A timer of this fold has come due: called at the tick's record, after every fold applied it, in
  // order. It is disarmed already. An error drops what this call wrote and marks the person
  // incomplete since the tick.
  virtual Result<void> Due(const Timer& timer, const log::Accepted& tick, FoldContext& context) = 0;
  // Of a record whose Apply called VisitEach: the first person of this shard to visit, or the first
  // after one that was visited, in an order and from keys that no visit changes.
  virtual std::optional<PersonId> NextToVisit(const std::optional<PersonId>& after,
                                              const Reads& store) const;
  // What the record means for that person. An error drops what this call wrote and marks the person
  // incomplete since the record; the others are visited.
  virtual Result<void> Visit(const PersonId& person, const log::Accepted& record,
                             FoldContext& context);
  // What was written for a record was dropped, by this fold's error or another's, or a timer went
  // without a call: any cache must go.
  virtual void Forget() {}
};

// The persons that a record names, sorted and each once: those on whose chronologies it stands or
// that it is about. Empty for ticks and activations, which concern everyone.
std::vector<PersonId> PersonsOf(const v1::Decision& decision);

}  // namespace throughline::projection
