#include "tests/sim/sim_log.h"

#include <utility>

#include "engine/base/check.h"

namespace throughline::sim {
namespace {

tl::unexpected<Error> Away() {
  return throughline::Fail(Code::kUnavailable, "the broker does not answer");
}

}  // namespace

void Broker::LandOne() {
  if (in_flight.empty()) return;
  InFlight oldest = std::move(in_flight.front());
  in_flight.erase(in_flight.begin());
  CHECK(log.Append(oldest.topic, oldest.messages).has_value());
}

class ClientReader final : public log::Reader {
 public:
  ClientReader(Client& client, std::string topic, std::unique_ptr<log::Reader> reader)
      : client_(client), topic_(std::move(topic)), reader_(std::move(reader)) {}

  Result<std::vector<log::Record>> Poll(std::size_t most, Millis) override {
    TL_TRY(client_.Reach(topic_));
    if (client_.short_reads > 0 && client_.random_.Chance(client_.short_reads)) {
      if (client_.random_.Chance(20)) return std::vector<log::Record>();
      most = std::min(most, 1 + client_.random_.Below(3));
    }
    return reader_->Poll(most, 0);
  }
  std::int64_t Position() const override { return reader_->Position(); }

 private:
  Client& client_;
  std::string topic_;
  std::unique_ptr<log::Reader> reader_;
};

Result<void> Client::Reach(std::string_view topic) const {
  if (away || unreadable.contains(topic)) return Away();
  return {};
}

Result<void> Client::Create(std::string_view topic) {
  TL_TRY(Reach(""));
  return broker_.log.Create(topic);
}

Result<std::vector<std::string>> Client::Topics() {
  TL_TRY(Reach(""));
  return broker_.log.Topics();
}

Result<std::vector<std::int64_t>> Client::Fail(AppendFault fault, std::string_view topic,
                                               const std::vector<log::Message>& messages) {
  if (fault == AppendFault::kInFlight) {
    broker_.in_flight.push_back({std::string(topic), messages});
    died = true;
    return Away();
  }
  std::size_t kept = 0;
  if (fault == AppendFault::kPrefix) kept = random_.Below(messages.size() + 1);
  if (fault == AppendFault::kLanded) kept = messages.size();
  broker_.log.FailNextAppend(kept);
  return broker_.log.Append(topic, messages);
}

Result<std::vector<std::int64_t>> Client::Append(std::string_view topic,
                                                 const std::vector<log::Message>& messages) {
  TL_TRY(Reach(""));
  if (on_append) {
    // Others may go on meanwhile, but nobody within that.
    auto meanwhile = std::exchange(on_append, nullptr);
    meanwhile(topic);
  }
  const AppendFault fault = std::exchange(append_fault, AppendFault::kNone);
  if (fault != AppendFault::kNone) return Fail(fault, topic, messages);
  return broker_.log.Append(topic, messages);
}

Result<std::unique_ptr<log::Reader>> Client::Read(std::string_view topic, std::int64_t from) {
  TL_TRY(Reach(topic));
  TL_ASSIGN(auto reader, broker_.log.Read(topic, from));
  return std::make_unique<ClientReader>(*this, std::string(topic), std::move(reader));
}

Result<std::int64_t> Client::Start(std::string_view topic) {
  TL_TRY(Reach(topic));
  return broker_.log.Start(topic);
}

Result<std::int64_t> Client::End(std::string_view topic) {
  TL_TRY(Reach(topic));
  return broker_.log.End(topic);
}

Result<void> Client::Trim(std::string_view topic, std::int64_t before) {
  TL_TRY(Reach(topic));
  return broker_.log.Trim(topic, before);
}

}  // namespace throughline::sim
