#pragma once

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <memory>
#include <random>
#include <set>
#include <string>

#include "engine/log/journal.h"
#include "engine/log/kafka/kafka_log.h"
#include "tests/crash/engine_process.h"
#include "tests/crash/traffic.h"
#include "tests/kafka/broker.h"

namespace throughline::crash {

// Two engines, each on a data directory of its own, on one real broker, and agencies that publish
// to it. The harness owns all of them, knows what was acknowledged, and reads the journal itself.
// Threads: one.
class TwoEngines : public ::testing::Test {
 protected:
  TwoEngines();
  ~TwoEngines() override;
  void SetUp() override;  // skips where there can be no broker

  struct Engine {
    std::string directory;
    std::unique_ptr<EngineProcess> process;
    bool may_end = false;  // it was told to, at a named point
  };

  void Start(Engine& engine, const std::string& crash = {});
  // Both run; one that ended by itself, untold, is a failure.
  void StartWhatIsDown();
  void KillEngine(Engine& engine);
  // By the journal's last Took, as the harness read it; the first while nobody took over.
  Engine& Writer();
  Engine& Other(const Engine& engine);
  static std::string InstanceOf(const Engine& engine);

  // An agency's appends; false once one is not acknowledged: that contact is published again.
  bool Publish(std::uint64_t contacts);
  // Reads the journal on, up to where it ends now.
  void ReadOn();
  // Until everything acknowledged is in the journal.
  void AwaitTaken();
  // Until another instance took over.
  void AwaitTook(const std::string& from);
  bool Within(Millis patience, const std::function<bool()>& condition);

  // Stops both, and compares what their stores hold, and what stands on the alerts topic, with what
  // a fresh engine folds from the same journal. Both run again afterwards.
  void CompareWithAnUndisturbedFold();

  std::uint64_t Random(std::uint64_t below) { return random_() % below; }
  void Rest(std::uint64_t most_millis);
  std::string Where() const;

  std::string root_;
  std::uint64_t seed_ = 1;
  std::uint64_t event_ = 0;
  std::string doing_;
  std::mt19937_64 random_;
  std::unique_ptr<kafka_test::Broker> broker_;
  std::unique_ptr<log::KafkaLog> log_;
  std::array<Engine, 2> engines_;
  Traffic traffic_;
  Held held_;
  std::uint64_t compared_ = 0;

 private:
  struct Folded {
    std::string digest;                      // of each shard
    std::uint64_t records = 0, dropped = 0;  // of the chain, as that process read it
    std::string head;
  };
  Folded FoldToTheEnd(const std::string& directory, bool fresh);
  void Prepare();

  SystemClock clock_;
  std::unique_ptr<log::JournalReader> journal_;
  std::set<std::string> awaited_;
};

}  // namespace throughline::crash
