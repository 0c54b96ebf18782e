#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/sim/family.h"
#include "tests/sim/model.h"
#include "tests/sim/processes.h"

// One simulated history: a seed decides everything in it.
namespace throughline::sim {

struct Outcome {
  std::vector<std::string> faults;   // empty: all is as it must be
  std::vector<std::string> trace;    // what happened, when asked for
  std::vector<std::string> journal;  // what stands in it, when asked for
  std::size_t records = 0;           // of the journal
  std::size_t placed = 0;
  std::size_t alerts = 0;  // changes published
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
  void CheckStores(const History& history, const Model& model);
  void CheckChronologies(const projection::Reads& store, const Model& model);
  void CheckAlerts(const Model& model);
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
