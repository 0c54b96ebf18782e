#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "tests/engine/log/forwarding_log.h"
#include "tests/engine/projection/host_fixture.h"

namespace throughline::projection {

// A host that publishes, and what should come of it.
class PublisherTest : public HostFixture {
 protected:
  // What the journal's folds publish, in order of seq, folded plainly.
  std::vector<std::string> Expected() {
    auto reader = log::JournalReader::Open(log_, std::string(kToyTopic), {}, clock_, {});
    MemoryStore store;
    const Host::Folds folds = ToyFolds();
    Shard shard(&store, nullptr, {}, Pointers(folds));
    for (bool more = true; more;) {
      const auto records = (*reader)->Poll(1000, 0);
      more = !records->empty();
      for (const log::Accepted& record : *records) EXPECT_TRUE(shard.Apply(record).has_value());
    }
    EXPECT_TRUE(shard.Commit().has_value());
    std::vector<std::string> ids;
    for (const OutboxRow& row : Outbox(store, 100000)) ids.push_back(row.publication.id);
    return ids;
  }
  std::vector<std::string> Alerts() { return IdsIn(log_, kToyAlerts); }
  static bool Emptied(const Host& host) {
    const HostStatus status = host.Status();
    for (const ShardStatus& shard : status.shards) {
      if (shard.outbox != 0) return false;
    }
    return true;
  }
  std::unique_ptr<Host> Drained(const Host::Options& options) {
    auto host = Started(options);
    EXPECT_TRUE(host->WaitForPublished(journal_.seq(), kLong));
    EXPECT_TRUE(Eventually([&] { return Emptied(*host); }));
    return host;
  }
};

// A log of which the topic of alerts may be out of reach; all else of it passes.
class AlertsMayFail : public log::ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;
  Result<std::vector<std::int64_t>> Append(std::string_view topic,
                                           const std::vector<log::Message>& messages) override {
    TL_TRY(Look(topic));
    return ForwardingLog::Append(topic, messages);
  }
  Result<std::unique_ptr<log::Reader>> Read(std::string_view topic, std::int64_t from) override {
    TL_TRY(Look(topic));
    return ForwardingLog::Read(topic, from);
  }
  Result<std::int64_t> Start(std::string_view topic) override {
    TL_TRY(Look(topic));
    return ForwardingLog::Start(topic);
  }
  Result<std::int64_t> End(std::string_view topic) override {
    TL_TRY(Look(topic));
    return ForwardingLog::End(topic);
  }

 protected:
  // Why it cannot be reached now.
  virtual Result<void> Reach() const = 0;

 private:
  Result<void> Look(std::string_view topic) const {
    return topic == kToyAlerts ? Reach() : Result<void>{};
  }
};

// As brokers that go away in an append, of which the first `kept` messages land: what is asked of
// the alerts fails until they are back, however often it is tried again.
class GoesAway : public AlertsMayFail {
 public:
  GoesAway(log::EventLog& log, std::size_t kept) : AlertsMayFail(log), kept_(kept) {}
  void ComeBack() { state_ = State::kBack; }

  Result<std::vector<std::int64_t>> Append(std::string_view topic,
                                           const std::vector<log::Message>& messages) override {
    if (topic != kToyAlerts || state_ != State::kThere) {
      return AlertsMayFail::Append(topic, messages);
    }
    state_ = State::kAway;
    const auto end =
        messages.begin() + static_cast<std::ptrdiff_t>(std::min(kept_, messages.size()));
    TL_TRY(ForwardingLog::Append(topic, {messages.begin(), end}));
    return Fail(Reach().error());
  }

 private:
  enum class State { kThere, kAway, kBack };
  Result<void> Reach() const override {
    if (state_ != State::kAway) return {};
    return Fail(Code::kUnavailable, "{} is away", kToyAlerts);
  }

  const std::size_t kept_;
  std::atomic<State> state_{State::kThere};
};

}  // namespace throughline::projection
