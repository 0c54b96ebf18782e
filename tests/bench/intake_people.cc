#include <benchmark/benchmark.h>

#include <algorithm>

#include "engine/base/check.h"
#include "engine/base/utf8.h"
#include "engine/log/local/local_log.h"
#include "tests/bench/benches.h"
#include "tests/bench/recording.h"
#include "tests/engine/identity/population.h"

// Intake with many persons in the index: each is first made known by a contact of its own, then as
// many further contacts come about any of them, with the same demographics: so many that what
// RocksDB does in the background has its share in them. On the embedded log with its syncs, state
// on disk.
namespace throughline::bench {
namespace {

constexpr std::uint64_t kRecordsOfAFamily = 5;
constexpr std::uint64_t kNumbered = 900000;  // children for whom contacts.h has an NHS number
constexpr std::size_t kAtOnce = 2000;

// What an agency writes at the head of everything about one child.
class People {
 public:
  explicit People(std::uint64_t most) {
    const auto origins =
        identity::ReadOrigins(THROUGHLINE_SOURCE_DIR "/tests/engine/identity/population.yaml");
    identity::EachRecord(origins, most / kRecordsOfAFamily + 1, 11, [&](identity::Record& record) {
      const auto& stated = record.contact.subjects(0).demographics();
      // A slip of the pen may cut a letter in two, which no agency could send.
      if (known_.size() == most || !IsUtf8(stated.names(0))) return;
      known_.push_back(stated.SerializeAsString());
    });
  }
  std::uint64_t size() const { return known_.size(); }

  log::Message Write(Contacts& contacts, std::uint64_t n, std::uint64_t child, Millis now) const {
    auto one = contacts.MakeOf("attendance", n, child % kNumbered, now);
    v1::Contact contact;
    CHECK(contact.ParseFromString(one.message.value));
    auto& subject = *contact.mutable_subjects(0);
    CHECK(subject.mutable_demographics()->ParseFromString(known_[child]));
    if (child >= kNumbered) {
      subject.mutable_references(0)->set_scheme("local-id");
      subject.mutable_references(0)->set_value(std::to_string(child));
    }
    one.message.value = contact.SerializeAsString();
    return one.message;
  }

 private:
  std::vector<std::string> known_;
};

void Run(benchmark::State& state, const Scale& scale) {
  const Scratch scratch;
  ManualClock clock(1794819600000);  // 2026-11-16T09:00:00Z
  auto log = Must(log::LocalLog::Open(scratch.path() + "/log", clock));
  Begin(*log, clock, {"gp"}, kHour);
  auto intake = Must(intake::Intake::Open(*log, clock, IntakeSettings(scratch.path() + "/state")));
  Settle(*intake, *log);
  Contacts contacts;
  Dice dice(17);
  std::uint64_t n = 0;
  const People people(scale.records);
  const std::uint64_t size = people.size();
  // What the bench itself keeps is there before.
  people.Write(contacts, n, std::min(size, kNumbered) - 1, clock.Now());
  const double before = ResidentMemory();
  // Publishes so many contacts, and takes them.
  const auto take = [&](std::uint64_t count, bool known) {
    Took took;
    while (count > 0) {
      std::vector<log::Message> some;
      for (; count > 0 && some.size() < 25 * kAtOnce; --count, ++n)
        some.push_back(people.Write(contacts, n, known ? dice.Below(size) : n, clock.Now()));
      Must(log->Append(log::FeedTopic("gp"), some));
      const Watch watch;
      Settle(*intake, *log);
      took += watch.Stop();
    }
    return took;
  };
  Took met;
  Took took;
  for (auto _ : state) {
    met = take(size, false);
    took = take(size, true);
    state.SetIterationTime(took.seconds);
  }
  const auto known = static_cast<double>(size);
  state.counters["persons"] = known;
  state.counters["contacts_per_s"] = known / took.seconds;
  state.counters["processor_us"] = took.processor * 1e6 / known;
  state.counters["deciding_us"] = took.thread * 1e6 / known;
  state.counters["new_per_s"] = known / met.seconds;
  state.counters["new_processor_us"] = met.processor * 1e6 / known;
  // The store's cache and the changes that it holds in memory before they are written among it.
  state.counters["memory_mib"] = ResidentMemory() - before;
}

}  // namespace

void RegisterIntakePeople(const Scale& scale) {
  benchmark::RegisterBenchmark("identity/intake",
                               [=](benchmark::State& state) { Run(state, scale); })
      ->Iterations(1)
      ->UseManualTime()
      ->Unit(benchmark::kSecond);
}

}  // namespace throughline::bench
