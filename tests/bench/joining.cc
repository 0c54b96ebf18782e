#include <benchmark/benchmark.h>
#include <fmt/core.h>

#include "engine/base/check.h"
#include "engine/log/local/local_log.h"
#include "tests/bench/benches.h"
#include "tests/bench/recording.h"

// An adult with a history becomes known as living in a home: from the contact that says so until
// all that it brings stands in the journal, on each child there. On the embedded log with its
// syncs, state on disk.
namespace throughline::bench {
namespace {

constexpr std::uint64_t kHistory = 500;
constexpr std::uint64_t kMembers = 6;  // five children and their mother

// What a police force publishes about one home after the other.
class Homes {
 public:
  Homes(log::EventLog& log, const Clock& clock) : log_(log), clock_(clock) {}

  // The home and who lives in it; and the contacts of an adult who does not yet.
  void Found(std::uint64_t home) {
    for (std::uint64_t member = 0; member < kMembers; ++member) {
      const bool child = member + 1 < kMembers;
      Lives(home, fmt::format("{}-{}", home, member), child ? "child" : "adult");
    }
    for (std::uint64_t i = 0; i < kHistory; ++i) {
      v1::Contact contact = Envelope();
      AddSubject(contact, "adult", "adult", Adult(home)).add_roles("alleged_perpetrator");
      contact.mutable_domestic_abuse_callout()->set_alleged_perpetrator("adult");
      contact.mutable_domestic_abuse_callout()->set_separation(v1::TRI_NO);
      Publish(contact);
    }
  }
  void Joins(std::uint64_t home) { Lives(home, Adult(home), "adult"); }

 private:
  static std::string Adult(std::uint64_t home) { return fmt::format("{}-adult", home); }

  v1::Contact Envelope() {
    v1::Contact contact;
    contact.set_contact_id(fmt::format("{}", ++contacts_));
    *contact.mutable_occurred() = MinuteOf(clock_.Now() - kDay);
    *contact.mutable_recorded() = MinuteOf(clock_.Now() - kHour);
    contact.mutable_author()->set_role("police_officer");
    contact.mutable_source()->set_system("crime-recording");
    contact.mutable_source()->set_record_ref("r");
    return contact;
  }

  static v1::Contact::Subject& AddSubject(v1::Contact& contact, const std::string& label,
                                          const std::string& kind, const std::string& id) {
    v1::Contact::Subject& subject = *contact.add_subjects();
    subject.set_label(label);
    subject.set_person_kind(kind);
    v1::Reference& reference = *subject.add_references();
    reference.set_scheme("local-id");
    reference.set_value(id);
    return subject;
  }

  void Lives(std::uint64_t home, const std::string& id, const std::string& kind) {
    v1::Contact contact = Envelope();
    AddSubject(contact, "who", kind, id)
        .add_roles(kind == "child" ? "subject_child" : "parent_carer");
    AddSubject(contact, "home", "household", fmt::format("home-{}", home)).add_roles("household");
    v1::RelationAsserted& asserted = *contact.mutable_relation_asserted();
    asserted.set_relation("member_of_household");
    asserted.set_from("who");
    asserted.set_to("home");
    asserted.set_confidence("recorded");
    Publish(contact);
  }

  void Publish(const v1::Contact& contact) {
    Must(log_.Append(
        log::FeedTopic("police"),
        {{.key = contact.contact_id(), .value = contact.SerializeAsString(), .headers = {}}}));
  }

  log::EventLog& log_;
  const Clock& clock_;
  std::uint64_t contacts_ = 0;
};

// How many placements on children the journal holds beyond that offset.
std::uint64_t Brought(log::EventLog& log, std::int64_t from) {
  auto reader = Must(log.Read(kJournal, from));
  std::uint64_t placements = 0;
  for (auto some = Must(reader->Poll(1000, 0)); !some.empty(); some = Must(reader->Poll(1000, 0))) {
    for (const log::Record& one : some) {
      v1::JournalRecord record;
      v1::Decision decision;
      CHECK(record.ParseFromString(one.message.value));
      CHECK(decision.ParseFromString(record.items(0).content()));
      for (const auto& earlier : decision.placed_because().contacts())
        placements += static_cast<std::uint64_t>(earlier.to_size());
    }
  }
  return placements;
}

void Run(benchmark::State& state, const Scale& scale) {
  const Scratch scratch;
  ManualClock clock(1794819600000);  // 2026-11-16T09:00:00Z
  auto log = Must(log::LocalLog::Open(scratch.path() + "/log", clock));
  Begin(*log, clock, {"police"}, kHour);
  auto intake = Must(intake::Intake::Open(*log, clock, IntakeSettings(scratch.path() + "/state")));
  Settle(*intake, *log);
  Homes homes(*log, clock);
  std::vector<double> took;
  std::vector<double> processor;
  for (auto _ : state) {
    for (std::uint64_t home = 0; home < scale.homes; ++home) {
      homes.Found(home);
      Settle(*intake, *log);
      const std::int64_t end = Must(log->End(kJournal));
      homes.Joins(home);
      const double began = Seconds();
      const double worked = ThreadSeconds();
      Settle(*intake, *log);
      took.push_back((Seconds() - began) * 1e3);
      processor.push_back((ThreadSeconds() - worked) * 1e3);
      CHECK(Brought(*log, end) >= kHistory * (kMembers - 1));
    }
  }
  double sum = 0;
  for (const double each : took) sum += each;
  state.SetIterationTime(sum / 1e3 / static_cast<double>(took.size()));
  state.counters["p50_ms"] = Percentile(took, 0.5);
  state.counters["most_ms"] = Percentile(took, 1);
  state.counters["processor_ms"] = Percentile(processor, 0.5);
}

}  // namespace

void RegisterJoining(const Scale& scale) {
  benchmark::RegisterBenchmark("household/joins",
                               [=](benchmark::State& state) { Run(state, scale); })
      ->Iterations(1)
      ->UseManualTime()
      ->Unit(benchmark::kMillisecond);
}

}  // namespace throughline::bench
