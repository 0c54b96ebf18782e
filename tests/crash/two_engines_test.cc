#include "tests/crash/two_engines.h"

#include <signal.h>
#include <sys/wait.h>

#include <iostream>

#include "consumers/throughline/terminal.h"

// Two engines on one broker survive anything that is done to one of them, to both, or to the
// broker. More: THROUGHLINE_EVENTS=5000 THROUGHLINE_SEED=7 test_crash --gtest_filter='TwoEngines*'.
namespace throughline::crash {
namespace {

constexpr std::uint64_t kComparedEvery = 50;

class TwoEnginesTest : public TwoEngines {
 protected:
  void KillWriter() {
    Engine& writer = Writer();
    const std::string instance = held_.writer;
    Publish(1 + Random(6));
    Rest(30);
    KillEngine(writer);
    Publish(1 + Random(6));
    if (Random(2) == 0 && !instance.empty()) AwaitTook(instance);
  }
  void KillStandby() {
    Engine& standby = Other(Writer());
    Publish(Random(6));
    Rest(30);
    KillEngine(standby);
    Publish(1 + Random(6));
  }
  void KillBoth() {
    Publish(1 + Random(6));
    Rest(30);
    for (Engine& engine : engines_) KillEngine(engine);
    Publish(1 + Random(6));
  }
  void KillWhileItStarts() {
    Engine& engine = engines_[Random(2)];
    KillEngine(engine);
    Start(engine);
    Publish(Random(6));
    Rest(400);
    KillEngine(engine);
  }
  // Longer than a take-over takes; then it wakes, and goes on with what it was doing.
  void PauseWriter() {
    Engine& writer = Writer();
    const std::string instance = held_.writer;
    if (instance.empty()) return;
    Publish(1 + Random(6));
    Rest(10);
    writer.process->Signal(SIGSTOP);
    Publish(1 + Random(6));
    AwaitTook(instance);
    Publish(Random(3));
    writer.process->Signal(SIGCONT);
    Publish(Random(6));
    ++paused_;
  }
  void KillBroker() {
    Publish(1 + Random(6));
    Rest(30);
    broker_->Kill();
    Rest(500);
    broker_->Restart();
    Publish(1 + Random(6));
  }
  void One() {
    const std::uint64_t dice = Random(40);
    auto act = [&](const char* what, void (TwoEnginesTest::*done)()) {
      doing_ = what;
      (this->*done)();
    };
    if (dice < 13) return act("writer killed", &TwoEnginesTest::KillWriter);
    if (dice < 19) return act("standby killed", &TwoEnginesTest::KillStandby);
    if (dice < 23) return act("both killed", &TwoEnginesTest::KillBoth);
    if (dice < 28) return act("killed while it starts", &TwoEnginesTest::KillWhileItStarts);
    if (dice < 38) return act("writer paused", &TwoEnginesTest::PauseWriter);
    return act("broker killed", &TwoEnginesTest::KillBroker);
  }
  // Until every engine has taken part once, so that both have a name.
  void Begin() {
    StartWhatIsDown();
    for (Engine& engine : engines_) ASSERT_NE(engine.process->Connect(), nullptr) << Where();
    Publish(5);
    AwaitTaken();
  }
  void ActivateDelay() {
    RunCommand(engines_[0].directory,
               {"--brokers", broker_->address(), "feed", "activate", "--agency", "police",
                "--delay", std::to_string(++delay_) + "m"});
  }
  void Say() const {
    std::cout << event_ << " events, seed " << seed_ << ": " << held_.took << " take-overs, "
              << paused_ << " pauses, " << traffic_.taken().size() + traffic_.refused().size()
              << " contacts acknowledged, " << held_.records << " records, " << held_.alerts.size()
              << " alerts\n";
  }

  std::uint64_t paused_ = 0;
  int delay_ = 0;
};

TEST_F(TwoEnginesTest, KilledPausedAndRestartedAtRandomTheyLoseAndDoubleNothing) {
  const std::uint64_t events = FromEnvironment("THROUGHLINE_EVENTS", 150);
  Begin();
  while (event_ < events && !HasFailure()) {
    ++event_;
    One();
    StartWhatIsDown();
    AwaitTaken();
    if (event_ % kComparedEvery == 0) CompareWithAnUndisturbedFold();
  }
  if (!HasFailure()) CompareWithAnUndisturbedFold();
  Say();
}

// What the stores hold is of a journal that is not there any more.
TEST_F(TwoEnginesTest, ProjectionsAloneEndOnceTheirJournalIsGone) {
  EngineProcess projections(engines_[0].directory, {},
                            {"--brokers", broker_->address(), "up", "--only", "projections"});
  ASSERT_NE(projections.Connect(), nullptr);
  broker_->DeleteAllTopics();
  ASSERT_TRUE(projections.EndsWithin(kMinute)) << Where();
  EXPECT_EQ(WEXITSTATUS(projections.exit_status()), cli::kNotThere);
}

// The engine that writes ends itself at the point; the other takes over.
TEST_F(TwoEnginesTest, KilledAtEveryNamedPointTheyLoseAndDoubleNothing) {
  constexpr Millis kReached = 60 * kSecond;
  constexpr std::uint64_t kTimes = 3;
  Begin();
  v1::Request rebuild;
  rebuild.mutable_rebuild();
  for (const auto& name : CrashPointsInTheSources()) {
    for (std::uint64_t count = 1; count <= kTimes && !HasFailure(); ++count) {
      ++event_;
      // An instance takes over once in a process's life, mostly.
      bool takes = name.ends_with("-took");
      doing_ = name + ":" + std::to_string(takes ? 1 : count);
      Engine& writer = Writer();
      Engine& engine = takes ? Other(writer) : writer;
      for (Engine& each : engines_) KillEngine(each);
      Start(engine, doing_);
      auto client = engine.process->Connect();
      bool reached = Within(kReached, [&] {
        Publish(4);
        // Another delay is judged by at once: every child is evaluated, in parts.
        if (name == "between-parts") ActivateDelay();
        bool rebuilds = name.ends_with("-load") || name.ends_with("-swap");
        if (rebuilds && client != nullptr) client->Ask(rebuild, {}).has_value();
        return engine.process->Ended();
      });
      EXPECT_TRUE(reached) << doing_ << " was not reached, " << Where();
      KillEngine(engine);
      StartWhatIsDown();
      AwaitTaken();
    }
  }
  if (!HasFailure()) CompareWithAnUndisturbedFold();
  Say();
}

}  // namespace
}  // namespace throughline::crash
