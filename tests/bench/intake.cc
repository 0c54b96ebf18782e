#include <benchmark/benchmark.h>
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include "engine/base/check.h"
#include "engine/log/local/local_log.h"
#include "tests/bench/baseline.h"
#include "tests/bench/benches.h"
#include "tests/bench/recording.h"

// From the feeds to the journal on the embedded log, with intake's own state on disk; beside it the
// same reading and parsing, the same records appended in batches as large, each synced, and the
// same bytes of state.
namespace throughline::bench {
namespace {

constexpr std::size_t kAtOnce = 2000;  // what intake writes at once

using Feeds = std::map<std::string, std::vector<log::Message>>;

Feeds MakeFeeds(const Scale& scale, Millis now) {
  Contacts contacts;
  Dice dice(11);
  Feeds feeds;
  for (std::uint64_t n = 0; n < scale.contacts; ++n) {
    auto one = contacts.Make(n, ChildOf({.contacts = scale.contacts}, n, dice), now);
    feeds[one.agency].push_back(std::move(one.message));
  }
  return feeds;
}

void Publish(log::EventLog& log, const Feeds& feeds) {
  for (const auto& [agency, messages] : feeds) {
    for (std::size_t at = 0; at < messages.size(); at += kAtOnce) {
      const auto end = std::min(messages.size(), at + kAtOnce);
      Must(log.Append(log::FeedTopic(agency),
                      {messages.begin() + static_cast<std::ptrdiff_t>(at),
                       messages.begin() + static_cast<std::ptrdiff_t>(end)}));
    }
  }
}

Took Take(const Feeds& feeds, log::EventLog& log, const Clock& clock,
          const std::string& directory) {
  std::vector<std::string> agencies;
  for (const auto& [agency, messages] : feeds) agencies.push_back(agency);
  Begin(log, clock, agencies, kHour);
  auto intake = Must(intake::Intake::Open(log, clock, IntakeSettings(directory)));
  Settle(*intake, log);
  Publish(log, feeds);
  const Watch watch;
  Settle(*intake, log);
  return watch.Stop();
}

Took Raw(const Feeds& feeds, const std::vector<log::Message>& journal,
         const std::vector<Changes>& commits, const Clock& clock) {
  const Scratch scratch;
  auto log = Must(log::LocalLog::Open(scratch.path() + "/log", clock));
  for (const auto& [agency, messages] : feeds) Must(log->Create(log::FeedTopic(agency)));
  Must(log->Create(kJournal));
  Publish(*log, feeds);
  rocksdb::DB* opened = nullptr;
  rocksdb::Options options;
  options.create_if_missing = true;
  options.compression = rocksdb::kNoCompression;
  CHECK(rocksdb::DB::Open(options, scratch.path() + "/db", &opened).ok());
  const std::unique_ptr<rocksdb::DB> db(opened);
  const Watch watch;
  v1::Contact contact;
  for (const auto& [agency, messages] : feeds) {
    auto reader = Must(log->Read(log::FeedTopic(agency), 0));
    for (std::size_t read = 0; read < messages.size();) {
      for (const log::Record& record : Must(reader->Poll(kAtOnce, 0))) {
        CHECK(contact.ParseFromString(record.message.value));
        ++read;
      }
    }
  }
  std::size_t batch = 0;
  for (std::size_t at = 0; at < journal.size(); at += kAtOnce) {
    const auto end = std::min(journal.size(), at + kAtOnce);
    Must(log->Append(kJournal, {journal.begin() + static_cast<std::ptrdiff_t>(at),
                                journal.begin() + static_cast<std::ptrdiff_t>(end)}));
    if (batch == commits.size()) continue;
    rocksdb::WriteBatch writes;
    for (const auto& [key, value] : commits[batch++]) {
      CHECK((value ? writes.Put(key, *value) : writes.Delete(key)).ok());
    }
    CHECK(db->Write(rocksdb::WriteOptions(), &writes).ok());
  }
  return watch.Stop();
}

void Run(benchmark::State& state, const Scale& scale) {
  Recording& recording = Recording::Of({.contacts = scale.contacts});
  const auto commits = CaptureCommits(recording, IntakeState, kAtOnce);
  std::vector<log::Message> journal;
  auto reader = Must(recording.log().Read(kJournal, 0));
  for (auto some = Must(reader->Poll(kAtOnce, 0)); !some.empty();
       some = Must(reader->Poll(kAtOnce, 0))) {
    for (log::Record& record : some) journal.push_back(std::move(record.message));
  }
  ManualClock clock(recording.clock().Now());
  const Feeds feeds = MakeFeeds(scale, clock.Now());
  Took took;
  Took raw;
  for (auto _ : state) {
    raw = Raw(feeds, journal, commits, clock);
    const Scratch scratch;
    auto log = Must(log::LocalLog::Open(scratch.path() + "/log", clock));
    took = Take(feeds, *log, clock, scratch.path() + "/state");
    state.SetIterationTime(took.seconds);
  }
  const auto contacts = static_cast<double>(scale.contacts);
  state.counters["contacts_per_s"] = contacts / took.seconds;
  state.counters["raw_per_s"] = contacts / raw.seconds;
  state.counters["of_raw"] = raw.seconds / took.seconds;
  state.counters["processor_us"] = took.processor * 1e6 / contacts;
  state.counters["deciding_us"] = took.thread * 1e6 / contacts;
  state.counters["raw_processor_us"] = raw.processor * 1e6 / contacts;
  state.counters["of_raw_processor"] = raw.processor / took.processor;
}

}  // namespace

void RegisterIntake(const Scale& scale) {
  benchmark::RegisterBenchmark("intake", [=](benchmark::State& state) { Run(state, scale); })
      ->Iterations(1)
      ->UseManualTime()
      ->Unit(benchmark::kSecond);
}

}  // namespace throughline::bench
