#include <benchmark/benchmark.h>

#include <filesystem>

#include "engine/base/bytes.h"
#include "engine/base/check.h"
#include "engine/identity/evidence.h"
#include "engine/identity/index.h"
#include "engine/projection/shard.h"
#include "tests/bench/benches.h"
#include "tests/bench/contacts.h"
#include "tests/bench/recording.h"
#include "tests/engine/identity/population.h"

// Suggestions for one record, in the processor's time of the calling thread: invented records of
// the tests' population, each a person of its own, in a store on disk with its usual cache. What is
// searched for are records of the index.
namespace throughline::bench {
namespace {

using identity::Parameters;

constexpr std::uint64_t kRecordsOfAFamily = 5;  // a little over

PersonId IdOf(std::uint64_t record) {
  return *PersonId::FromRaw(Sha256("record" + std::to_string(record)).substr(0, 16));
}

class Index {
 public:
  explicit Index(std::uint64_t records)
      : store_(Must(projection::Store::Open(scratch_.path() + "/store", {}))) {
    projection::Overlay changes(store_->Now());
    const auto origins =
        identity::ReadOrigins(THROUGHLINE_SOURCE_DIR "/tests/engine/identity/population.yaml");
    identity::EachRecord(
        origins, records / kRecordsOfAFamily + 1, 11, [&](identity::Record& record) {
          if (records_ == records) return;
          const auto evidence = identity::EvidenceOf(record.contact, "child");
          const double began = ThreadSeconds();
          identity::Learn(changes, IdOf(records_), evidence, Parameters::England());
          learning_ += ThreadSeconds() - began;
          if (++records_ % 5000 != 0) return;
          Must(store_->Commit(changes));
          changes.Clear();
        });
    Must(store_->Commit(changes));
    CHECK(records_ > 0);
  }

  const projection::Reads& reads() const { return store_->Now(); }
  std::uint64_t records() const { return records_; }
  double learning_us() const { return learning_ * 1e6 / static_cast<double>(records_); }
  double bytes() const {
    double bytes = 0;
    for (const auto& file : std::filesystem::recursive_directory_iterator(scratch_.path())) {
      // What is not merged into the tables yet lies in the WAL as well.
      if (file.is_regular_file() && file.path().extension() != ".log")
        bytes += static_cast<double>(file.file_size());
    }
    return bytes / static_cast<double>(records_);
  }

 private:
  Scratch scratch_;
  std::unique_ptr<projection::Store> store_;
  std::uint64_t records_ = 0;
  double learning_ = 0;
};

void Search(benchmark::State& state, const Scale& scale) {
  const Index index(scale.records);
  Dice dice(3);
  std::vector<double> took;
  double found = 0;
  double parted = 0;
  for (auto _ : state) {
    took.clear();
    // The store's cache fills first, as it is while an engine runs.
    for (std::uint64_t i = 0; i < 2 * scale.samples; ++i) {
      const PersonId person = IdOf(dice.Below(index.records()));
      const double began = ThreadSeconds();
      const auto candidates = identity::Search(index.reads(), person, Parameters::England());
      if (i < scale.samples) continue;
      took.push_back((ThreadSeconds() - began) * 1e6);
      found += static_cast<double>(candidates.found.size() + candidates.more);
      parted += static_cast<double>(candidates.blocks_parted);
    }
    double sum = 0;
    for (const double each : took) sum += each;
    state.SetIterationTime(sum / 1e6 / static_cast<double>(took.size()));
  }
  const auto samples = static_cast<double>(scale.samples);
  state.counters["p50_us"] = Percentile(took, 0.5);
  state.counters["p99_us"] = Percentile(took, 0.99);
  state.counters["records"] = static_cast<double>(index.records());
  state.counters["found"] = found / samples;
  state.counters["blocks_parted"] = parted / samples;
  state.counters["bytes_a_record"] = index.bytes();
  state.counters["learn_us"] = index.learning_us();
}

}  // namespace

void RegisterIdentity(const Scale& scale) {
  benchmark::RegisterBenchmark("identity/search",
                               [scale](benchmark::State& state) { Search(state, scale); })
      ->Iterations(1)
      ->UseManualTime()
      ->Unit(benchmark::kMicrosecond);
}

}  // namespace throughline::bench
