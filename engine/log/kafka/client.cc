#include "engine/log/kafka/client.h"

#include <algorithm>
#include <array>

namespace throughline::log::kafka {
namespace {

constexpr int kServeMs = 500;

void DropLog(const rd_kafka_t* /*client*/, int /*level*/, const char* /*facility*/,
             const char* /*text*/) {}

}  // namespace

void Shared::Tell(std::string_view text) const {
  if (note_) note_(text);
}

void Shared::Lost(std::string_view why) const {
  std::lock_guard lock(mutex_);
  ++away_;
  if (!told_.exchange(true)) Tell(fmt::format("Kafka is away: {}", why));
}

void Shared::Found() const {
  std::lock_guard lock(mutex_);
  --away_;
  TellOfReturn();
}

void Shared::Ended() const {
  std::lock_guard lock(mutex_);
  --away_;
}

void Shared::Answered() const {
  if (!told_) return;
  std::lock_guard lock(mutex_);
  TellOfReturn();
}

void Shared::TellOfReturn() const {
  if (away_ == 0 && told_.exchange(false)) Tell("Kafka is back");
}

Result<std::unique_ptr<Client>> Client::Open(Role role, std::string name, const Shared& shared,
                                             Delivered delivered) {
  TL_ASSIGN(Conf conf, MakeConf(role, shared.properties()));
  std::array<char, 512> text{};
  rd_kafka_conf_set(conf.get(), "client.id", ("throughline-" + name).c_str(), text.data(),
                    text.size());
  // What librdkafka has to say to an operator comes as events, and is noted.
  rd_kafka_conf_set_log_cb(conf.get(), DropLog);
  rd_kafka_conf_set_events(conf.get(),
                           RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_STATS);
  std::unique_ptr<Client> client(new Client(std::move(name), shared, std::move(delivered)));
  client->client_ = rd_kafka_new(role == Role::kProducer ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER,
                                 conf.get(), text.data(), text.size());
  if (client->client_ == nullptr) {
    return Fail(Code::kInvalid, "Kafka client {}: {}", client->name_, text.data());
  }
  (void)conf.release();  // the client's now
  client->events_.reset(rd_kafka_queue_get_main(client->client_));
  client->thread_ = std::thread([raw = client.get()] { raw->Serve(); });
  return client;
}

Client::~Client() {
  if (client_ == nullptr) return;
  rd_kafka_purge(
      client_, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
  closing_ = true;
  rd_kafka_queue_yield(events_.get());
  thread_.join();
  events_.reset();
  rd_kafka_destroy(client_);
  if (away_) shared_.Ended();
}

void Client::Serve() {
  while (!closing_) {
    Event event(rd_kafka_queue_poll(events_.get(), kServeMs));
    if (!event) continue;
    switch (rd_kafka_event_type(event.get())) {
      case RD_KAFKA_EVENT_DR:
        if (delivered_ && delivered_(event.get())) Answered();
        break;
      case RD_KAFKA_EVENT_ERROR:
        OnError(rd_kafka_event_error(event.get()), rd_kafka_event_error_string(event.get()));
        break;
      case RD_KAFKA_EVENT_STATS:
        OnStatistics(rd_kafka_event_stats(event.get()));
        break;
      default:
        break;
    }
  }
}

void Client::OnError(rd_kafka_resp_err_t error, const char* text) {
  bool all_down = error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN;
  bool refused = error == RD_KAFKA_RESP_ERR__AUTHENTICATION || error == RD_KAFKA_RESP_ERR__SSL;
  bool lost = false;
  std::string trouble;
  {
    std::lock_guard lock(mutex_);
    // That all are down says less than why the last one went.
    if (!all_down || trouble_.empty()) trouble_ = text == nullptr ? "" : text;
    trouble = trouble_;
    lost = (all_down || refused) && !away_.exchange(true);
    if (lost) ++losses_;
  }
  if (lost) shared_.Lost(trouble);
  if (all_down || refused || !Fatal()) return;
  // It sends no more: what it has left is decided now.
  rd_kafka_purge(
      client_, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
  shared_.Tell(fmt::format("Kafka client {} cannot go on and is made anew: {}", name_, trouble));
}

void Client::OnStatistics(std::string_view json) {
  auto parsed = ParseStatistics(name_, json);
  if (!parsed) return;
  bool up = std::any_of(parsed->brokers.begin(), parsed->brokers.end(),
                        [](const BrokerStatistics& broker) { return broker.state == "UP"; });
  {
    std::lock_guard lock(mutex_);
    statistics_ = std::move(*parsed);
  }
  // Where nothing was lost, it may be of before what others lost.
  if (up && away_) Answered();
}

void Client::Answered(std::optional<std::uint64_t> losses) {
  if (!away_) return shared_.Answered();
  {
    std::lock_guard lock(mutex_);
    if (losses && *losses != losses_) return;
    if (!away_.exchange(false)) return;
    trouble_.clear();
  }
  shared_.Found();
}

std::string Client::Trouble() const {
  std::lock_guard lock(mutex_);
  return trouble_;
}

std::optional<std::string> Client::Fatal() const {
  std::array<char, 512> text{};
  if (rd_kafka_fatal_error(client_, text.data(), text.size()) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    return std::nullopt;
  }
  return std::string(text.data());
}

std::optional<ClientStatistics> Client::Statistics() const {
  std::lock_guard lock(mutex_);
  return statistics_;
}

}  // namespace throughline::log::kafka
