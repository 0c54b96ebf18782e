#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/intake/intake.h"
#include "engine/projection/publisher.h"
#include "tests/sim/sim_log.h"
#include "tests/sim/sim_store.h"

// The processes of a simulated system: what a supervisor starts, kills and starts again.
namespace throughline::sim {

using Trace = std::function<void(const std::string&)>;

class IntakeProcess {
 public:
  struct Options {
    std::string instance;
    bool sole = false;
    bool keeps_state = false;  // on a disk that outlives it
    Millis interval = kMinute;
    std::size_t batch_records = 10;
    std::size_t records_a_turn = 5;
    std::size_t part_bytes = intake::kPartBytes;
  };
  IntakeProcess(Broker& broker, const Clock& world, Random& random, Options options, Trace trace);

  // Starts it if it is down; then one step. It goes down on a final error.
  intake::StepReport Step();
  void Kill();
  bool up() const { return intake_ != nullptr; }
  intake::Intake* intake() { return intake_.get(); }
  const std::string& instance() const { return options_.instance; }
  // Of one that keeps its state and is down: loses what was not synced, or all of it.
  void CutPower();
  void LoseState();
  Disk& disk() { return *disk_; }

  SkewedClock clock;
  Client client;
  bool paused = false;
  // Errors that no restart can be expected to mend are counted: a supervisor restarts it for each.
  std::size_t final_errors = 0;

 private:
  void Start();

  Random& random_;
  Options options_;
  Trace trace_;
  std::shared_ptr<Disk> disk_;
  std::unique_ptr<intake::Intake> intake_;
};

// Chronology and risk over some number of shards, and the publisher of their alerts.
class ReaderProcess {
 public:
  struct Options {
    std::string name;
    std::uint32_t shards = 1;
    std::size_t batch_records = 10;
    std::size_t memory_bytes = std::size_t{1} << 20;
    std::size_t part_steps = 1000;  // of a record that concerns many
    Millis park_after = 3 * kMinute;
    bool publishes = false;
  };
  // What a rebuild found missing and did not publish.
  struct Withheld {
    std::string id;
    std::string value;
    Seq seen_at = 0;
  };
  ReaderProcess(Broker& broker, const Clock& world, Random& random, Options options, Trace trace);
  ~ReaderProcess();

  // Starts it if it is down; then one small piece of work of some part of it.
  void Step();
  // All that there is to do now. True: something was done.
  bool Drain();
  void Kill();
  // Begins to build another generation beside the live one.
  void Rebuild();
  // Of one that is down.
  void CutPower();
  void Damage();
  // The next commits of every shard find no room.
  void Refuse(int commits);

  // Everything up to a record is folded, live and published.
  bool Settled(Seq seq) const;
  bool up() const { return live_ != nullptr; }
  std::uint32_t shards() const { return options_.shards; }
  bool publishes() const { return options_.publishes; }
  const std::string& name() const { return options_.name; }
  // The stores of the live generation, to be read only while it is down or idle.
  std::unique_ptr<projection::Reads> StoreOf(std::uint32_t shard) const;
  const std::vector<Withheld>& withheld() const { return withheld_; }
  void Mend();  // no fault any more

  SkewedClock clock;
  Client client;
  std::size_t final_errors = 0;

 private:
  using Generation = projection::Generation;
  bool Start();
  std::shared_ptr<Generation> Open(std::uint32_t number);
  bool Read(Generation& generation);
  bool Fold(Generation& generation);
  bool Publish();
  bool Swap();
  void CheckFailure();

  Random& random_;
  Options options_;
  Trace trace_;
  SimPlace place_;
  projection::Host::Options host_options_;
  std::function<projection::Host::Folds()> make_;
  projection::Signal signal_;
  std::unique_ptr<projection::Publisher> publisher_;
  std::uint32_t number_ = 1;
  std::shared_ptr<Generation> live_;
  std::shared_ptr<Generation> beside_;
  std::size_t reads_since_drained_ = 0;
  std::vector<Withheld> withheld_;
};

}  // namespace throughline::sim
