#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/family.h"
#include "tests/sim/model.h"
#include "tests/sim/people.h"
#include "tests/sim/processes.h"

// One simulated history: a seed decides everything in it.
namespace throughline::sim {

struct Outcome {
  std::vector<std::string> faults;   // empty: all is as it must be
  std::vector<std::string> trace;    // what happened, when asked for
  std::vector<std::string> journal;  // what stands in it, when asked for
  std::size_t records = 0;           // of the journal
  std::size_t placed = 0;
  std::size_t alerts = 0;   // changes published
  std::size_t decided = 0;  // decisions about records
  std::size_t parts = 0;    // of decisions in several
};

Outcome RunHistory(std::uint64_t seed, bool trace);

// What of the faults a seed takes: some would hide others in every history.
struct Plan {
  explicit Plan(Random& random);
  Millis interval = kMinute;
  std::size_t steps = 0;
  std::size_t intakes = 1;
  std::size_t readers = 1;
  std::size_t children = 1;
  std::size_t contacts = 0;  // percent of steps
  // Several people, and decisions about their records, in place of one family.
  bool people = false;
  std::size_t part_bytes = intake::kPartBytes;
  bool append_faults = false;
  bool short_reads = false;
  bool pauses = false;
  bool kills = false;
  bool interleaves = false;
  bool disk_faults = false;
  bool unreadable_feeds = false;
  bool skews = false;
  bool long_jumps = false;
  bool lost_tails = false;
};

class World {
 public:
  World(std::uint64_t seed, bool trace);
  Outcome Run();

 private:
  // world.cc: what happens.
  void Open();
  void Activate();
  void Step();
  void Publish(const Sent& sent);
  void PublishSome();
  Sent NextSent();
  void PassTime();
  void Fault();
  void FaultOfIntake(IntakeProcess& intake);
  void FaultOfReader(ReaderProcess& reader);
  void LoseTail();
  void StepIntake(IntakeProcess& intake);
  void Operate(const v1::Contact& contact);
  std::string SomeRules();
  // settle.cc: the faults stop, and all must come to rest.
  void Settle();
  bool SettleOnce();
  void ReleaseHeld();
  // check.cc: what must hold at the end.
  History Gather();
  void Check();
  void CheckAcknowledged(const History& history);
  void CheckDeadLetters(const History& history);
  // What one shard holds that folded it all anew.
  std::unique_ptr<projection::MemoryStore> CheckStores(const History& history);
  void CheckChronologies(const projection::Reads& store, const Model& model);
  // What must have been published, and what was open at a record.
  struct Raised {
    std::map<std::string, Change> changes;  // by publication id
    std::function<std::set<std::string>(const PersonId&, Seq)> open_at;
  };
  Raised CheckFamily(const History& history, const projection::Reads& store);
  Raised CheckPeople(const History& history, const projection::Reads& store);
  void CheckAlerts(const Raised& raised);
  void CheckIntakes();
  std::vector<std::unique_ptr<projection::MemoryStore>> FoldAnew(const History& history,
                                                                 std::uint32_t shards);

  void Note(const std::string& text);
  void Wrong(const std::string& text);

  Random random_;
  Plan plan_;
  bool tracing_;
  Outcome outcome_;
  ManualClock world_;
  SkewedClock broker_clock_;
  Broker broker_;
  Family family_;
  std::optional<People> people_;
  std::vector<std::string> agencies_;
  std::vector<std::unique_ptr<IntakeProcess>> intakes_;
  std::vector<std::unique_ptr<ReaderProcess>> readers_;
  Millis most_skew_ = 0;
  std::size_t operator_contacts_ = 0;
  std::set<std::string> invalid_;
  std::vector<std::pair<std::string, std::string>> acknowledged_;  // topic, bytes
  std::vector<Sent> retries_;                                      // not acknowledged yet
  Millis released_ = 0;
  Seq lost_from_ = 0;  // the first record of the journal that the broker ever lost; 0: none
};

}  // namespace throughline::sim
