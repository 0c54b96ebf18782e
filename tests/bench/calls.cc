#include <benchmark/benchmark.h>

#include "engine/base/check.h"
#include "engine/chronology/answer.h"
#include "engine/chronology/read.h"
#include "tests/bench/benches.h"
#include "tests/bench/recording.h"

// What is measured call by call, in the processor's time of the calling thread, so that others on
// the machine do not count: a decision, that is what one more contact costs on a child of whom
// so much is known, folded with the starter rules; and a chronology as known at an instant.
namespace throughline::bench {
namespace {

// The folds of one shard over a store on disk, and a journal up to where it was folded.
class OneShard {
 public:
  explicit OneShard(Recording& recording)
      : folds_(ChronologyAndRules()),
        store_(Must(projection::Store::Open(scratch_.path() + "/store", {}))),
        reader_(
            Must(log::JournalReader::Open(recording.log(), kJournal, {}, recording.clock(), {}))) {
    std::vector<projection::Fold*> plain;
    for (const auto& fold : folds_) plain.push_back(fold.get());
    shard_.emplace(nullptr, store_.get(), projection::ShardOf{}, plain);
  }

  // Folds up to a record, and gives the microseconds that each contact took from `measured` on.
  std::vector<double> Fold(Seq measured) {
    std::vector<double> took;
    for (auto some = Must(reader_->Poll(1000, 0)); !some.empty();
         some = Must(reader_->Poll(1000, 0))) {
      for (const log::Accepted& record : some) {
        const double began = ThreadSeconds();
        Must(shard_->Apply(record));
        const double ended = ThreadSeconds();
        if (record.seq() >= measured) Must(shard_->Commit());
        if (record.seq() >= measured && record.decision.has_placed()) {
          took.push_back((ended - began) * 1e6);
        }
      }
      Must(shard_->Commit());
    }
    return took;
  }
  const projection::Reads& reads() const { return store_->Now(); }

 private:
  Scratch scratch_;
  projection::Host::Folds folds_;
  std::unique_ptr<projection::Store> store_;
  std::unique_ptr<log::JournalReader> reader_;
  std::optional<projection::Shard> shard_;
};

void ShowPercentiles(benchmark::State& state, const std::vector<double>& took) {
  state.counters["p50_us"] = Percentile(took, 0.5);
  state.counters["p99_us"] = Percentile(took, 0.99);
  state.counters["samples"] = static_cast<double>(took.size());
}

// The contacts come one an hour for each child, so that deadlines lapse as they do in life.
void Decision(benchmark::State& state, const Scale& scale, std::uint64_t entries) {
  const std::uint64_t children =
      std::max<std::uint64_t>(1, std::min<std::uint64_t>(scale.samples, 4000 / entries));
  const std::uint64_t measured = scale.samples;
  const std::uint64_t contacts = children * entries + measured;
  Recording& recording = Recording::Of({.contacts = contacts,
                                        .per_child = contacts / children,
                                        .window = children,
                                        .an_hour = std::max<std::uint64_t>(1, children / 4)});
  std::vector<double> took;
  for (auto _ : state) {
    OneShard shard(recording);
    took = shard.Fold(recording.records() * (children * entries) / contacts);
    double sum = 0;
    for (const double each : took) sum += each;
    state.SetIterationTime(sum / 1e6 / static_cast<double>(took.size()));
  }
  ShowPercentiles(state, took);
}

void Query(benchmark::State& state, const Scale& scale, bool whole_answer) {
  constexpr std::uint64_t kKnown = 200;
  constexpr std::uint64_t kChildren = 50;
  // A tenth more comes later than what is asked for.
  const std::uint64_t contacts = kChildren * kKnown * 11 / 10;
  Recording& recording = Recording::Of({.contacts = contacts,
                                        .per_child = contacts / kChildren,
                                        .window = kChildren,
                                        .an_hour = 50});
  OneShard shard(recording);
  shard.Fold(recording.records() + 1);
  std::vector<PersonId> persons;
  chronology::EachPerson(shard.reads(), [&](const PersonId& person, const v1::StoredPerson&) {
    persons.push_back(person);
    return true;
  });
  CHECK(persons.size() == kChildren);
  Dice dice(5);
  std::vector<double> took;
  double entries = 0;
  for (auto _ : state) {
    took.clear();
    for (std::uint64_t i = 0; i < scale.samples; ++i) {
      const PersonId& person = persons[dice.Below(persons.size())];
      chronology::Query query;
      const auto all = chronology::ReadKnown(shard.reads(), person);
      query.as_known_at =
          all.entries.at(std::min<std::size_t>(kKnown, all.entries.size()) - 1).known;
      const double began = ThreadSeconds();
      const auto known = chronology::KnownAt(shard.reads(), person, query);
      if (whole_answer) {
        const auto header = chronology::ReadHeader(shard.reads(), known);
        benchmark::DoNotOptimize(
            chronology::Answer(known, *header, query, recording.records()).entries_size());
      }
      took.push_back((ThreadSeconds() - began) * 1e6);
      entries += static_cast<double>(known.entries.size());
    }
    double sum = 0;
    for (const double each : took) sum += each;
    state.SetIterationTime(sum / 1e6 / static_cast<double>(took.size()));
  }
  ShowPercentiles(state, took);
  state.counters["entries"] = entries / static_cast<double>(scale.samples);
}

template <typename Work>
void Register(const std::string& name, const Work& work) {
  benchmark::RegisterBenchmark(name.c_str(), work)
      ->Iterations(1)
      ->UseManualTime()
      ->Unit(benchmark::kMicrosecond);
}

}  // namespace

void RegisterDecision(const Scale& scale) {
  for (const std::uint64_t entries : {10, 200, 2000}) {
    Register("decision/" + std::to_string(entries),
             [=](benchmark::State& state) { Decision(state, scale, entries); });
  }
}

void RegisterQuery(const Scale& scale) {
  Register("query/known", [=](benchmark::State& state) { Query(state, scale, false); });
  Register("query/answer", [=](benchmark::State& state) { Query(state, scale, true); });
}

}  // namespace throughline::bench
